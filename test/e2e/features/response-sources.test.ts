import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ATTRIBUTES = [
  { key: 'cache', from: [{ responseHeader: 'X-Cache' }], lowercase: true },
  { key: 'status', from: [{ responseCode: true }] },
  { key: 'flags', from: [{ flags: true }] },
  { key: 'details', from: [{ property: 'response.code_details' }], maxLength: 20 },
  { key: 'upstream', from: [{ property: 'upstream.address' }], pattern: '[0-9.]+:[0-9]+' },
  { key: 'region', from: [{ header: 'x-region' }, { responseHeader: 'x-cache' }], default: 'unknown' },
];

/** A cluster that a header is to name, which no request has. */
const NO_CLUSTER = { match: { prefix: '/no-cluster' }, route: { cluster_header: 'x-cluster' } };

describeWithEnvoy('sources of the response', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const duration = { key: 'ms', from: [{ duration: true }] };
    proxy = await startProxy(await launcher(), {
      response: { configurations: [{ attributes: ATTRIBUTES }], routes: [NO_CLUSTER] },
      duration: { configurations: [{ attributes: [duration] }] },
    });
  });
  afterAll(() => proxy.stop());

  it('an answer of the upstream', async () => {
    const { attributes } = await proxy.see('response', { path: '/status/207' });
    expect(attributes).toEqual({
      cache: 'hit',
      status: '207',
      details: 'via_upstream',
      upstream: expect.stringMatching(/^[\d.]+:\d+$/),
      region: 'HIT',
    });
  });

  it('the request comes first, and its value stays', async () => {
    const { attributes } = await proxy.see('response', { headers: { 'x-region': 'eu' } });
    expect(attributes).toMatchObject({ region: 'eu', cache: 'hit' });
  });

  it.each([
    { path: '/direct', status: '200', details: 'direct_response', flags: {} },
    { path: '/down', status: '503', details: 'upstream_reset_befor', flags: { flags: 'UF' } },
    { path: '/no-cluster', status: '503', details: 'cluster_not_found', flags: { flags: 'NC' } },
  ])("an answer of Envoy's own: $path", async ({ path, status, details, flags }) => {
    const { attributes } = await proxy.see('response', { path });
    expect(attributes).toMatchObject({ status, details, region: 'unknown', ...flags });
    expect(attributes).not.toHaveProperty('cache');
    if (!('flags' in flags)) expect(attributes).not.toHaveProperty('flags');
  });

  it('the duration is a number of milliseconds', async () => {
    const before = performance.now();
    const { attributes } = await proxy.see('duration');
    expect(attributes.ms).toMatch(/^\d+(\.\d+)?$/);
    expect(Number(attributes.ms)).toBeLessThanOrEqual(performance.now() - before);
  });
});
