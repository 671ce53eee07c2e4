import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ATTRIBUTES = [
  { key: 'header', from: [{ header: 'X-Number' }] },
  { key: 'session', from: [{ cookie: 'session' }] },
  { key: 'page', from: [{ query: 'page' }] },
  { key: 'item', from: [{ path: '/direct/{item}/**' }] },
  { key: 'plan', from: [{ baggage: 'plan' }] },
  { key: 'org', from: [{ property: 'request.headers.x-org' }] },
  // The first that has a value, in the order in which they stand.
  { key: 'first', from: [{ header: 'x-none' }, { query: 'x' }, { header: 'x-number' }] },
];
/** What every request has. */
const OF_THE_PROXY = [
  { key: 'namespace', from: [{ node: 'NO_SUCH_KEY' }, { node: 'NAMESPACE' }] },
  { key: 'region', from: [{ env: 'REGION' }] },
  { key: 'colour', from: [{ literal: 'blue' }] },
  { key: 'port', from: [{ property: 'destination.port' }] },
  { key: 'secure', from: [{ property: 'connection.mtls' }] },
  { key: 'time', from: [{ property: 'request.time' }] },
  { key: 'host', from: [{ property: 'xds.virtual_host_name' }] },
];

describeWithEnvoy('sources of the request', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const features = {
      request: { configurations: [{ attributes: ATTRIBUTES }] },
      proxy: { configurations: [{ attributes: OF_THE_PROXY }] },
    };
    proxy = await startProxy(await launcher(), features, { environment: { REGION: 'eu-central-1' } });
  });
  afterAll(() => proxy.stop());

  it('arrive', async () => {
    const { attributes } = await proxy.see('request', {
      path: '/direct/a%20b/more?x=1&page=two+%26+three',
      headers: {
        cookie: 'a=1; session="s-1"',
        baggage: 'tier=1, plan=gold%20plus;ttl=5',
        'x-number': '7',
        'x-org': 'shop',
      },
    });
    expect(attributes).toEqual({
      header: '7',
      session: 's-1',
      page: 'two & three',
      item: 'a b',
      plan: 'gold plus',
      org: 'shop',
      first: '1',
    });
  });

  it('that a request does not have set nothing', async () => {
    expect((await proxy.see('request', { path: '/direct' })).attributes).toEqual({});
  });

  it('of the proxy itself', async () => {
    const before = Date.now();
    const { attributes } = await proxy.see('proxy');
    expect(attributes).toEqual({
      namespace: 'shop',
      region: 'eu-central-1',
      colour: 'blue',
      port: new URL(proxy.envoy.url('proxy')).port,
      secure: 'false',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      host: 'features',
    });
    const time = Date.parse(String(attributes.time));
    expect(time).toBeGreaterThanOrEqual(before - 1);
    expect(time).toBeLessThanOrEqual(Date.now());
  });
});
