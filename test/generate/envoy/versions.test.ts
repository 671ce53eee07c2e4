import { createHmac } from 'node:crypto';
import { ENVOY_RELEASES, isAtLeast } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GeneratedProxy, startGenerated } from './proxy.ts';

/** One definition for every release. */
const MESH = `
name: table
attributes:
  - { key: user.id, from: [{ header: x-user-id }, { cookie: user }], default: anonymous, maxLength: 9 }
  - { key: Tenant.Id, from: [{ header: x-tenant-id }], allow: [acme, globex], to: { metric: true } }
  - { key: id, from: [{ query: none }], default: some, to: { metric: true } }
  - { key: an.id, from: [{ literal: any }], to: { metric: true } }
  - { key: who, from: [{ header: x-user-id }], hash: { algorithm: hmac-sha256, keyEnv: HASH_KEY, length: 8 } }
  - { key: cluster, from: [{ node: CLUSTER_ID }] }
  - { key: app.release, from: [{ literal: '100% blue' }] }
  - { key: app.zone, from: [{ env: TABLE_ZONE }] }
  - { key: client, from: [{ header: x-client }], default: none }
spanName: ['GET /users/{id}']
sampling: { percent: 0, always: [{ when: { Tenant.Id: acme } }] }
filter:
  native: [client]
  env: { HASH_KEY: a key, TABLE_ZONE: { fromProxy: true } }
envoy: [{ node: { cluster: shop-edge, metadata: { CLUSTER_ID: eu-central } } }]
`;

const HASHED = createHmac('sha256', 'a key').update('alice-in-wonderland').digest('hex').slice(0, 8);

const TABLE = [
  {
    what: 'every value',
    headers: { 'x-user-id': 'alice-in-wonderland', 'x-tenant-id': 'acme', 'x-client': 'curl' },
    attributes: {
      ...{ 'user.id': 'alice-in-', 'Tenant.Id': 'acme', who: HASHED, client: 'curl' },
    },
  },
  {
    what: 'defaults and what is not allowed',
    headers: { 'x-tenant-id': 'hooli', cookie: 'user=bob' },
    attributes: { ...{ 'user.id': 'bob', 'Tenant.Id': 'other', client: 'none' } },
  },
  {
    what: 'nothing',
    headers: {},
    attributes: { ...{ 'user.id': 'anonymous', client: 'none' } },
  },
  {
    what: "a caller's own header of the private names",
    headers: { 'x-meshspan-user.id': 'mallory', 'x-meshspan-tenant.id': 'acme' },
    attributes: { ...{ 'user.id': 'anonymous', client: 'none' } },
  },
];
const CONSTANTS = {
  id: 'some',
  'an.id': 'any',
  cluster: 'eu-central',
  'app.release': '100% blue',
  'app.zone': 'z1',
};
const KEYS = ['user.id', 'Tenant.Id', 'who', 'client', ...Object.keys(CONSTANTS)];

const only = (fields: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => KEYS.includes(key)));

describe.each(ENVOY_RELEASES)('Envoy %s', (release) => {
  let all: GeneratedProxy;
  beforeAll(async () => {
    vi.stubEnv('TABLE_ZONE', 'z1');
    all = await startGenerated(MESH.replace('percent: 0', 'percent: 100'), release);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await all.stop();
  });

  it.each(TABLE)('$what: the same on both spans and in the log', async ({ headers, attributes }) => {
    const { trace, log, upstream } = await all.send('/users/7', headers);
    const expected = { ...CONSTANTS, ...attributes };
    const { server, client } = await all.spans(trace.traceId);
    expect(only(server.attributes)).toEqual(expected);
    expect(only(client.attributes)).toEqual(expected);
    // Of a header that Envoy itself copies its log has no default.
    const { client: _, ...ofFilter } = expected;
    expect({ client: undefined, ...only(log) }).toMatchObject(ofFilter);
    // From 1.37 on these names are nobody's, and a caller's header goes on as it came.
    const theirs = isAtLeast(release, '1.37') ? Object.keys(headers) : [];
    const added = Object.keys(upstream).filter((name) => !theirs.includes(name));
    expect(added.filter((name) => /^x-meshspan-(?!sampled)/.test(name))).toEqual([]);
  });

  it('the log has the trace, the request and no query', async () => {
    const { trace, log } = await all.send('/users/7', { 'x-tenant-id': 'acme' });
    const { server } = await all.spans(trace.traceId);
    expect(server).toMatchObject({ service: 'shop-edge', parentSpanId: trace.spanId });
    expect(log).toMatchObject({
      ...{
        trace_id: trace.traceId,
        parent_id: trace.spanId,
        method: 'GET',
        status: 200,
        protocol: 'HTTP/1.1',
      },
      ...{ path: `/users/7/${trace.spanId}`, duration_ms: expect.any(Number), upstream_cluster: 'app' },
      ...{ upstream: expect.stringMatching(/^127\.0\.0\.1:\d+$/), request_id: expect.any(String) },
    });
    expect(log.span_id).toBe(isAtLeast(release, '1.38') ? server.spanId : undefined);
    expect(JSON.stringify(log)).not.toContain('secret');
  });

  it.each([{ traceparent: '' }, { traceparent: 'what is this' }])(
    'a traceparent "$traceparent" is no parent',
    async ({ traceparent }) => {
      const { log } = await all.send('/users/7', traceparent === '' ? {} : { traceparent }, { trace: false });
      expect(log.parent_id).toBeUndefined();
    },
  );

  it('names the SERVER span where it can', async () => {
    const { trace } = await all.send('/users', {});
    const { server } = await all.spans(trace.traceId);
    if (isAtLeast(release, '1.37')) expect(server.name).toBe('GET /users/{id}');
    else expect(server.name).not.toContain('{id}');
  });

  it('counts by the values of attributes', async () => {
    await all.send('/users', { 'x-tenant-id': 'globex' });
    const labels = (name: string, text: string): string[] =>
      text.split('\n').filter((line) => line.startsWith(`${name}{`));
    // The filter tells Envoy once a second.
    await expect
      .poll(
        async () => {
          const text = await (await fetch(`${all.envoy.admin}/stats/prometheus`)).text();
          return [
            ...labels('meshspan_Tenant_Id_requests', text),
            ...labels('meshspan_id_requests', text),
            ...labels('meshspan_an_id_requests', text),
          ];
        },
        { timeout: 10_000 },
      )
      .toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^meshspan_Tenant_Id_requests\{Tenant_Id="globex"\} [1-9]/),
          // Its label ends as another one does.
          expect.stringMatching(/^meshspan_an_id_requests\{an_id="any"\} [1-9]/),
          expect.stringMatching(/^meshspan_id_requests\{id="some"\} [1-9]/),
        ]),
      );
  });
});

describe.each(ENVOY_RELEASES)('sampling by tenant, Envoy %s', (release) => {
  let none: GeneratedProxy;
  beforeAll(async () => {
    none = await startGenerated(MESH, release);
  });
  afterAll(() => none.stop());

  it('exports the requests of the tenant that is always sampled, and no others', async () => {
    const other = await none.send('/users', { 'x-tenant-id': 'globex' }, { trace: false });
    const forged = await none.send('/users', { 'x-meshspan-sampled': '1' }, { trace: false });
    const always = await none.send('/users', { 'x-tenant-id': 'acme' }, { trace: false });
    // Spans are exported in the order in which they end.
    await none.spans(always.log.trace_id as string);
    expect(none.collector.trace(other.log.trace_id as string)).toBeUndefined();
    expect(none.collector.trace(forged.log.trace_id as string)).toBeUndefined();
  });
});
