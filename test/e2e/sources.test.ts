import { afterAll, beforeAll, expect, it } from 'vitest';
import { get, newTrace } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { only, type Shop, startShop } from './shop.ts';

const ATTRIBUTES = [
  { key: 'session', from: [{ cookie: 'session' }] },
  { key: 'page', from: [{ query: 'page' }] },
  { key: 'item', from: [{ path: '/denied/{item}/**' }] },
  { key: 'plan', from: [{ baggage: 'plan' }] },
  { key: 'port', from: [{ property: 'destination.port' }] },
  { key: 'secure', from: [{ property: 'connection.mtls' }] },
  { key: 'time', from: [{ property: 'request.time' }] },
  { key: 'route', from: [{ property: 'xds.virtual_host_name' }] },
  { key: 'number', from: [{ node: 'NO' }, { property: 'request.headers.x-number' }] },
];

describeWithEnvoy('sources', (launcher) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop(await launcher(), {
      configuration: { attributes: ATTRIBUTES },
      attributes: ATTRIBUTES.map(({ key }) => key),
    });
  });
  afterAll(() => shop.stop());

  it('arrive on the span', async () => {
    const trace = newTrace();
    const before = Date.now();
    await get(`${shop.url}/denied/a%20b/more?x=1&page=two+%26+three`, {
      traceparent: trace.traceparent,
      cookie: 'a=1; session="s-1"',
      baggage: 'tier=1, plan=gold%20plus;ttl=5',
      'x-number': '7',
    });
    const { attributes } = only(await shop.spans(trace.traceId, 1), 'edge', 'SERVER');
    expect(attributes).toMatchObject({
      session: 's-1',
      page: 'two & three',
      item: 'a b',
      plan: 'gold plus',
      port: new URL(shop.url).port,
      secure: 'false',
      route: 'edge',
      number: '7',
    });
    expect(attributes.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const time = Date.parse(String(attributes.time));
    expect(time).toBeGreaterThanOrEqual(before - 1);
    expect(time).toBeLessThanOrEqual(Date.now());
  });

  it('that a request does not have make no tag', async () => {
    const trace = newTrace();
    await get(`${shop.url}/denied`, { traceparent: trace.traceparent });
    const { attributes } = only(await shop.spans(trace.traceId, 1), 'edge', 'SERVER');
    for (const key of ['session', 'page', 'item', 'plan', 'number'])
      expect(attributes).not.toHaveProperty(key);
  });
});
