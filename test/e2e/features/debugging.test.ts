import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ATTRIBUTES = [
  { key: 'user.id', from: [{ header: 'x-user' }] },
  { key: 'tenant.id', from: [{ header: 'x-tenant' }] },
  { key: 'region', from: [{ header: 'x-region' }] },
];

describeWithEnvoy("debugWhen: one user's requests in Envoy's log", (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const debugWhen = [
      { when: { 'user.id': 'alice' } },
      { when: { 'user.id': 'bob', 'tenant.id': ['acme', 'globex'] }, logLevel: 'warn' },
      { when: { 'user.id': 'carol' }, logLevel: 'debug' },
    ];
    proxy = await startProxy(await launcher(), {
      debugged: { configurations: [{ attributes: ATTRIBUTES, debugWhen }] },
    });
  });
  afterAll(() => proxy.stop());

  it.each([
    {
      sent: { 'x-user': 'alice', 'x-tenant': 'acme' },
      line: 'GET /direct/1 user.id=alice tenant.id=acme region=-',
      level: 'info',
    },
    {
      sent: { 'x-user': 'bob', 'x-tenant': 'globex', 'x-region': 'eu' },
      line: 'GET /direct/1 user.id=bob tenant.id=globex region=eu',
      level: 'warning',
    },
    // Envoy runs at level info.
    { sent: { 'x-user': 'carol', 'x-tenant': 'acme' }, line: undefined },
    { sent: { 'x-user': 'bob', 'x-tenant': 'hooli' }, line: undefined },
    { sent: { 'x-user': 'dave' }, line: undefined },
    { sent: {}, line: undefined },
  ])('$sent', async ({ sent, line, level }) => {
    const before = told().length;
    await proxy.see('debugged', { path: '/direct/1?token=secret', headers: sent });
    // Envoy's log is one stream: a later line tells that no other is on its way.
    const last = `m${before}`;
    await proxy.see('debugged', { headers: { 'x-user': 'alice', 'x-tenant': last } });
    await expect.poll(() => told().at(-1)).toContain(`tenant.id=${last}`);
    const lines = told().slice(before, -1);
    if (line === undefined) return expect(lines).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(new RegExp(`\\[${level}\\].*: meshspan: ${line}$`))]);
  });

  /** The lines of the filter so far; those of its configuration have a code. */
  function told(): readonly string[] {
    return proxy.envoy.lines().filter((line) => line.includes(': meshspan: '));
  }
});
