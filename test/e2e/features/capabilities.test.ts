import { requiredCapabilities } from '@meshspan/cli/filter/capabilities.ts';
import { loadFilter } from '@meshspan/cli/filter/load.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTrace } from '../client.ts';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const REQUIRED = requiredCapabilities((await loadFilter()).module);

/** Makes the filter use every function that it imports, the last attribute by its mistake. */
const configuration = {
  attributes: [
    { key: 'user.id', from: [{ header: 'x-user-id' }], to: { header: 'x-user', metric: true } },
    { key: 'region', from: [{ env: 'REGION' }] },
    { key: 'cluster', from: [{ node: 'CLUSTER_ID' }] },
    { key: 'gone', from: [{ header: 'x-none' }], to: { header: 'x-gone' } },
    { key: 'cache', from: [{ responseHeader: 'x-cache' }] },
    { key: 'mistake', from: [{ header: 'x-none' }], maxLenght: 1 },
  ],
  traceId: { responseHeader: 'server-timing' },
  debugWhen: [{ when: { cluster: 'eu-central' } }],
};

/** What a request with the listener's name as its user brings about. */
async function outcome(proxy: FeatureProxy, listener: string): Promise<object> {
  const { traceparent } = newTrace();
  const headers = { 'x-user-id': listener, 'x-user': 'stranger', 'x-gone': 'y', traceparent };
  const { status, attributes, upstream, headers: answer } = await proxy.see(listener, { headers });
  return {
    status,
    attributes: { ...attributes, ...(attributes['user.id'] === listener ? { 'user.id': 'listener' } : {}) },
    user: upstream['x-user']?.[0] === listener ? 'replaced' : upstream['x-user'],
    gone: upstream['x-gone'],
    traced: answer['server-timing']?.includes(traceparent.split('-')[1] ?? '') ?? false,
  };
}

const WHOLE = {
  status: 200,
  attributes: { 'user.id': 'listener', region: 'eu', cluster: 'eu-central', cache: 'HIT' },
  user: 'replaced',
  gone: undefined,
  traced: true,
};

/** Envoy gets its configuration in one argument, which has room for about so many listeners. */
const HALVES = [
  REQUIRED.filter((_, index) => index % 2 === 0),
  REQUIRED.filter((_, index) => index % 2 === 1),
];

describeWithEnvoy('capability_restriction_config', (launcher) => {
  describe.each(HALVES.map((half) => ({ half, first: half[0] })))('$first and others', ({ half }) => {
    let proxy: FeatureProxy;
    const without = (left: string): string => `without.${left}`;
    beforeAll(async () => {
      const all = { exact: { configurations: [configuration], capabilities: REQUIRED } };
      // Only the first VM of a process records the gauges, which have their value for the others.
      const first = half.filter((name) => name === 'proxy_record_metric');
      const others = [...first, ...half].map((left) => {
        const capabilities = REQUIRED.filter((name) => name !== left);
        return [without(left), { configurations: [configuration], capabilities }];
      });
      proxy = await startProxy(
        await launcher(),
        { ...Object.fromEntries(others), ...all },
        { environment: { REGION: 'eu' }, labels: ['user_id'] },
      );
    });
    afterAll(() => proxy.stop());

    const isCounted = async (user: string): Promise<boolean> =>
      (await proxy.prometheus('meshspan_user_id_requests')).some(
        (sample) => sample.includes(`"${user}"`) && !sample.endsWith(' 0'),
      );

    it('with the exact list the filter does all of its work, and is refused nothing', async () => {
      expect(await outcome(proxy, 'exact')).toEqual(WHOLE);
      await expect.poll(() => isCounted('exact'), { timeout: 30_000 }).toBe(true);
      const told = proxy.envoy.lines().filter((line) => line.includes(' exact-0 '));
      expect(told.filter((line) => line.includes('MESHSPAN_CONFIG_UNKNOWN'))).toHaveLength(1);
      expect(told.filter((line) => line.includes('meshspan: GET / '))).toHaveLength(1);
    });

    it.each(half.filter((name) => !name.startsWith('proxy_on_')))(
      'an import that is left out, %s, is refused when it is called',
      async (left) => {
        const { status } = (await outcome(proxy, without(left))) as { status: number };
        expect(status).toBe(200);
        const refused = new RegExp(`restricted (WASI|proxy-wasm) capability: ${left}$`);
        await expect
          .poll(() => proxy.envoy.lines().some((line) => refused.test(line)), { timeout: 30_000 })
          .toBe(true);
      },
    );

    it.each(half.filter((name) => name.startsWith('proxy_on_') && name !== 'proxy_on_tick'))(
      'a callback that is left out, %s, is not called',
      async (left) => {
        expect(await outcome(proxy, without(left))).not.toEqual(WHOLE);
      },
    );

    // Not `runIf`: what the other half has would count as skipped.
    it.each(half.filter((name) => name === 'proxy_on_tick'))('without %s nothing is counted', async () => {
      expect(await outcome(proxy, without('proxy_on_tick'))).toEqual(WHOLE);
      // Two ticks of another VM later its own would have come, too.
      for (let tick = 0; tick < 2; tick++) {
        const before = await proxy.prometheus('meshspan_requests');
        await outcome(proxy, 'exact');
        await expect
          .poll(() => proxy.prometheus('meshspan_requests'), { timeout: 30_000 })
          .not.toEqual(before);
      }
      expect(await isCounted(without('proxy_on_tick'))).toBe(false);
    });

    it.each(half.filter((name) => name === 'proxy_set_property'))(
      'without %s no attribute arrives',
      async () => {
        expect(await outcome(proxy, without('proxy_set_property'))).toMatchObject({
          status: 200,
          attributes: {},
        });
      },
    );
  });
});
