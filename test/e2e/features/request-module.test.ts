import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { REQUEST_FILTER } from '../shop.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ATTRIBUTES = [
  { key: 'user.id', from: [{ header: 'x-user-id' }], default: 'anonymous', to: { header: 'x-user' } },
  { key: 'tenant.id', from: [{ header: 'x-tenant-id' }], allow: ['acme'] },
  { key: 'cluster', from: [{ node: 'CLUSTER_ID' }] },
];
const OTHER = [{ key: 'other', from: [{ header: 'x-user-id' }] }];
const TOO_MUCH = [
  { key: 'seen', from: [{ header: 'x-user-id' }] },
  { key: 'status', from: [{ header: 'x-status' }, { responseCode: true }] },
  { key: 'counted', from: [{ header: 'x-user-id' }], to: { metric: true } },
];

describeWithEnvoy('meshspan-request.wasm', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    proxy = await startProxy(
      await launcher(),
      {
        three: { configurations: [{ attributes: ATTRIBUTES, spanName: ['GET /users/{id}'] }] },
        two: { configurations: [{ attributes: ATTRIBUTES }, { attributes: OTHER }] },
        response: { configurations: [{ attributes: TOO_MUCH, traceId: { responseHeader: 'x-trace-id' } }] },
      },
      { filter: REQUEST_FILTER },
    );
  });
  afterAll(() => proxy.stop());

  it('sets what the request brings, on spans, in the access log and upstream', async () => {
    const headers = { 'x-user-id': 'alice', 'x-tenant-id': 'globex' };
    const { attributes, upstream } = await proxy.see('three', { path: '/users/7', headers });
    expect(attributes).toEqual({
      ...{ 'user.id': 'alice', 'tenant.id': 'other', cluster: 'eu-central' },
      ...{ span_name: 'GET /users/{id}', 'http.route': '/users/{id}' },
    });
    expect(upstream).toMatchObject({ 'x-user': ['alice'] });
  });

  it('two plugins in one VM do not mix', async () => {
    const calls = Array.from({ length: 60 }, async (_, index) => {
      const listener = index % 2 === 0 ? 'two' : 'response';
      const { attributes } = await proxy.see(listener, { headers: { 'x-user-id': `u-${index}` } });
      expect(attributes).toEqual(
        listener === 'two'
          ? { 'user.id': `u-${index}`, cluster: 'eu-central', other: `u-${index}` }
          : { seen: `u-${index}` },
      );
    });
    await Promise.all(calls);
  });

  it('tells of each thing that needs the response, and does the rest', async () => {
    const { attributes, headers } = await proxy.see('response', { headers: { 'x-user-id': 'bob' } });
    expect(attributes).toEqual({ seen: 'bob' });
    expect(headers).not.toHaveProperty('x-trace-id');
    const told = proxy.envoy.lines().flatMap((line) => /MESHSPAN_CONFIG_\w+ at .*/.exec(line)?.[0] ?? []);
    const needs = 'expected what can be done before the response, got what needs it; use meshspan.wasm';
    expect(told.map((message) => message.replace(/; this .*/, ''))).toEqual([
      `MESHSPAN_CONFIG_VALUE at $.attributes[1].from[1].responseCode: ${needs}`,
      `MESHSPAN_CONFIG_VALUE at $.attributes[2].to.metric: ${needs}`,
      `MESHSPAN_CONFIG_VALUE at $.traceId.responseHeader: ${needs}`,
    ]);
    expect(await proxy.count('meshspan_config_errors')).toBe(3);
  });
});
