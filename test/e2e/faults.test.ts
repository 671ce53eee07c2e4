import { expect, it } from 'vitest';
import { get, newTrace } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { DEAD_PORT, only, type Shop, startShop } from './shop.ts';

describeWithEnvoy('faults', (launcher) => {
  it('a configuration that is not JSON: one line in the log, one on the counter, and the defaults', async () => {
    await withShop({ configuration: '{"attributes":[' }, async (shop) => {
      const trace = newTrace();
      await get(`${shop.url}/orders/1`, { traceparent: trace.traceparent, 'x-tenant-id': 'acme' });
      const { attributes } = only(await shop.spans(trace.traceId, 4), 'edge', 'SERVER');
      expect(attributes).toMatchObject({
        'user.id': 'anonymous',
        'tenant.id': 'acme',
        cluster: 'eu-central',
      });

      const told = shop.edge.lines().filter((line) => line.includes('MESHSPAN_CONFIG_'));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain(
        'MESHSPAN_CONFIG_JSON at $: expected a JSON value, got the end; line 1, column 16; ' +
          'the default attributes stay in force',
      );
      expect(await counter(shop, 'meshspan_config_errors')).toBe(1);
    });
  });

  it('a rule with a mistake is told with its path and skipped; the others work', async () => {
    const configuration = {
      attributes: [
        { key: 'user.id', from: [{ header: 'x-user-id' }], maxLenght: 8 },
        { key: 'tenant.id', from: [{ header: 'X-Tenant-Id' }, { literal: 'nobody' }], maxLength: 3 },
        { key: 'cluster', from: [{ node: 'NO_SUCH_KEY' }, { property: 'xds.node.cluster' }] },
      ],
    };
    await withShop({ configuration }, async (shop) => {
      const trace = newTrace();
      const headers = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' };
      await get(`${shop.url}/orders/1`, { traceparent: trace.traceparent, ...headers });
      const { attributes } = only(await shop.spans(trace.traceId, 4), 'edge', 'CLIENT');
      expect(attributes).toMatchObject({ 'tenant.id': 'acm', cluster: 'edge' });
      expect(attributes).not.toHaveProperty('user.id');

      const told = shop.edge.lines().filter((line) => line.includes('MESHSPAN_CONFIG_'));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain('MESHSPAN_CONFIG_UNKNOWN at $.attributes[0].maxLenght: expected one of key,');
      expect(await counter(shop, 'meshspan_config_errors')).toBe(1);
    });
  });

  it('a configuration without mistakes: the counter is there and reads 0', async () => {
    await withShop({}, async (shop) => {
      expect(await counter(shop, 'meshspan_config_errors')).toBe(0);
      expect(shop.edge.lines().filter((line) => line.includes('MESHSPAN_'))).toEqual([]);
    });
  });

  it('the counters tell what the requests brought', async () => {
    const configuration = {
      attributes: [{ key: 'user.id', from: [{ header: 'x-user-id' }], maxLength: 4, pattern: '[a-z]+' }],
    };
    await withShop({ configuration }, async (shop) => {
      for (const user of ['bob', 'alice', 'BOB', ['bob', 'eve'], '']) {
        await get(`${shop.url}/denied`, { 'x-user-id': user });
      }
      // Told once a second.
      await expect.poll(() => counter(shop, 'meshspan_requests'), { timeout: 5000, interval: 100 }).toBe(5);
      const names = [
        'attributes_set',
        'attributes_missing',
        'rejected',
        'ambiguous',
        'truncated',
        'overflow',
      ];
      const values = await Promise.all(names.map((name) => counter(shop, `meshspan_${name}`)));
      expect(Object.fromEntries(names.map((name, i) => [name, values[i]]))).toEqual({
        attributes_set: 2,
        attributes_missing: 3,
        rejected: 1,
        ambiguous: 1,
        truncated: 1,
        overflow: 0,
      });
    });
  });

  it('the collector is down: traffic flows', async () => {
    await withShop({ collectorPort: DEAD_PORT }, async (shop) => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => get(`${shop.url}/orders/1`, { 'x-user-id': 'alice' })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    });
  });

  async function withShop(
    options: Parameters<typeof startShop>[1],
    use: (shop: Shop) => Promise<void>,
  ): Promise<void> {
    const shop = await startShop(await launcher(), options);
    try {
      await use(shop);
    } finally {
      await shop.stop();
    }
  }
});

/** A counter of the filter, from Envoy's admin interface; undefined when Envoy has none of that name. */
async function counter(shop: Shop, name: string): Promise<number | undefined> {
  const answer = await fetch(`${shop.edge.admin}/stats?filter=^wasmcustom.${name}$`);
  const value = /: (\d+)/.exec(await answer.text())?.[1];
  return value === undefined ? undefined : Number(value);
}
