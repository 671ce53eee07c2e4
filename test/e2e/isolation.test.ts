import { afterAll, beforeAll, expect, it } from 'vitest';
import { get, newTrace, type ShopAnswer } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { type Shop, startShop } from './shop.ts';

const REQUESTS = 1000;

describeWithEnvoy('1,000 concurrent requests', (launcher) => {
  let shop: Shop;
  beforeAll(async () => {
    // Two workers: two Wasm VMs in each Envoy.
    shop = await startShop(await launcher(), { concurrency: 2 });
  });
  afterAll(() => shop.stop());

  it("no span and no upstream header carries another request's user, tenant or trace", async () => {
    const callers = Array.from({ length: REQUESTS }, (_, i) => ({
      ...newTrace(),
      user: `user-${i}`,
      tenant: `tenant-${i}`,
    }));
    await Promise.all(
      callers.map(async ({ traceparent, traceId, user, tenant }) => {
        const { status, body } = await get(`${shop.url}/orders/${user}`, {
          traceparent,
          'x-user-id': user,
          'x-tenant-id': tenant,
        });
        // The body of an answer of Envoy's own says why.
        expect({ status, why: status === 200 ? '' : body }).toEqual({ status: 200, why: '' });
        const answer = JSON.parse(body) as ShopAnswer;
        for (const headers of [answer.headers, answer.inventory?.headers]) {
          expect(headers).toMatchObject({ 'x-user-id': user, 'x-tenant-id': tenant });
          expect(headers?.traceparent).toContain(traceId);
        }
      }),
    );
    for (const { traceId, user, tenant } of callers) {
      const spans = await shop.spans(traceId, 4);
      expect(spans.map((span) => [span.attributes['user.id'], span.attributes['tenant.id']])).toEqual(
        Array(4).fill([user, tenant]),
      );
    }
  });
});
