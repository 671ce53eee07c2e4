import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReconfiguredProxy, startReconfigured } from '../soak/proxy.ts';
import { get } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { FILTER, REQUEST_FILTER } from './shop.ts';

const RECONFIGURATIONS = 200;
const CALLERS = 8;

/** The modules, each with what it can say last: the second one sees no responses. */
const MODULES = [
  {
    what: 'a plugin that is configured anew while requests run',
    filter: FILTER,
    code: { responseCode: true },
  },
  {
    what: 'a plugin of meshspan-request.wasm that is configured anew while requests run',
    ...{ filter: REQUEST_FILTER, code: { property: 'request.protocol' } },
  },
];

/** Two constants that say which configuration it is, and what a request or its response brings on either side of them. */
function configured(serial: number, code: object): object {
  return {
    attributes: [
      { key: 'first', from: [{ literal: `c${serial}` }] },
      { key: 'user', from: [{ header: 'x-user' }], default: 'nobody' },
      // As many as to make the plans differ in size.
      ...Array.from({ length: serial % 7 }, (_, i) => ({
        key: `more${i}`,
        from: [{ header: `x-more-${i}` }],
      })),
      { key: 'code', from: [code] },
      { key: 'last', from: [{ literal: `c${serial}` }] },
    ],
  };
}

describe.each(MODULES)('$what', ({ filter, code }) =>
  describeWithEnvoy('Envoy', (launcher) => {
    const configuration = (serial: number): object => configured(serial, code);
    let proxy: ReconfiguredProxy;
    beforeAll(async () => {
      const options = { filter, shown: ['first', 'user', 'code', 'last'], concurrency: 2 };
      proxy = await startReconfigured(await launcher(), configuration(0), options);
    });
    afterAll(() => proxy.stop());

    it('no answer and no attribute is lost, none is of two configurations', async () => {
      let offered = 0;
      let running = true;
      let answered = 0;
      const serials = new Set<number>();
      const caller = async (name: string): Promise<void> => {
        for (let i = 0; running; i++) {
          const user = `${name}-${i}`;
          const { status, headers } = await get(proxy.url, { 'x-user': user });
          answered++;
          expect({ status, user: headers['x-user'] }).toEqual({ status: 200, user });
          expect(headers['x-last']).toBe(headers['x-first']);
          const serial = Number(String(headers['x-first']).slice(1));
          expect(serial).toBeLessThanOrEqual(offered);
          serials.add(serial);
        }
      };
      const memory = await proxy.statistic('wasmcustom.meshspan_memory_bytes');
      const callers = Promise.all(Array.from({ length: CALLERS }, (_, i) => caller(`caller-${i}`)));
      callers.catch(() => {
        running = false;
      });
      while (running && offered < RECONFIGURATIONS) {
        // Counted before: an answer may come from the new one before Envoy tells that it has it.
        offered++;
        await proxy.configure(configuration(offered));
        // Each has requests that begin when it is there.
        const before = answered;
        while (running && answered <= before + CALLERS) await sleep(1);
      }
      running = false;
      await callers;
      expect(serials.size).toBeGreaterThan(RECONFIGURATIONS / 2);
      expect(await proxy.statistic('wasmcustom.meshspan_memory_bytes')).toBe(memory);
      await expect
        .poll(async () => (await get(proxy.url, {})).headers)
        .toMatchObject({
          'x-first': `c${RECONFIGURATIONS}`,
          'x-user': 'nobody',
          'x-last': `c${RECONFIGURATIONS}`,
        });
    });

    it('a strict one with a mistake is refused, and the one before stays in force', async () => {
      const refused = (): Promise<number> =>
        proxy.statistic('extension_config_discovery.http_filter.discovered.config_fail').catch(() => 0);
      await proxy.configure({ ...configuration(1), strict: true });
      await expect.poll(async () => (await get(proxy.url, {})).headers['x-first']).toBe('c1');
      const before = await refused();
      await proxy.configure({ ...configuration(2), strict: true, atributes: [] });
      await expect.poll(refused).toBe(before + 1);
      await sleep(100);
      expect((await get(proxy.url, {})).headers).toMatchObject({ 'x-first': 'c1', 'x-last': 'c1' });
      // The same one without `strict` is told of, and taken.
      await proxy.configure({ ...configuration(3), atributes: [] });
      await expect.poll(async () => (await get(proxy.url, {})).headers['x-first']).toBe('c3');
    });
  }),
);
