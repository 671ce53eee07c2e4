import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const ATTRIBUTES = [
  { key: 'sent', from: [{ header: 'x-value' }], to: { responseHeader: 'x-sent' } },
  { key: 'answered', from: [{ responseHeader: 'x-echo' }], to: { responseHeader: 'x-answered' } },
  { key: 'either', from: [{ header: 'x-none' }, { responseHeader: 'x-echo' }] },
];
const OPEN = 400;
const LONGEST_MS = 200;

/** The filter remembers of each request which configuration it passed until its answer comes. */
describeWithEnvoy('many requests open at a time', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const other = ATTRIBUTES.map(({ key, from }) => ({ key: `other.${key}`, from }));
    proxy = await startProxy(await launcher(), {
      one: { configurations: [{ attributes: ATTRIBUTES }] },
      two: { configurations: [{ attributes: other }, { attributes: ATTRIBUTES }] },
    });
  });
  afterAll(() => proxy.stop());

  it('each answer has the attributes of its own request, in whatever order they come', async () => {
    await expectOwn(
      Array.from({ length: OPEN }, (_, index) => ({ index, delay: (index * 67) % LONGEST_MS })),
    );
  });

  it('also after as many whose callers have gone', async () => {
    const before = await proxy.count('meshspan_requests');
    const url = `${proxy.envoy.url('two')}/after/600000`;
    await Promise.all(Array.from({ length: OPEN }, () => abandon(url)));
    // They have passed both filters, which are told of no answer.
    await expect.poll(() => proxy.count('meshspan_requests'), { timeout: 10_000 }).toBe(before + 2 * OPEN);
    await expectOwn(
      Array.from({ length: OPEN }, (_, index) => ({ index, delay: (index * 31) % LONGEST_MS })),
    );
  });

  async function expectOwn(calls: readonly { index: number; delay: number }[]): Promise<void> {
    await Promise.all(
      calls.map(async ({ index, delay }) => {
        const value = `v-${index}`;
        const listener = index % 2 === 0 ? 'one' : 'two';
        const call = { path: `/after/${delay}`, headers: { 'x-value': value } };
        const { headers, attributes } = await proxy.see(listener, call);
        expect(headers).toMatchObject({ 'x-sent': value, 'x-answered': value });
        const keys = ATTRIBUTES.flatMap(({ key }) => (listener === 'one' ? [key] : [key, `other.${key}`]));
        expect(attributes).toEqual(Object.fromEntries(keys.map((key) => [key, value])));
      }),
    );
  }
});

/** A caller that is gone before there is an answer; resolves when its request is on its way. */
async function abandon(url: string): Promise<void> {
  const call = request(url, { agent: false });
  call.on('error', () => {});
  call.end();
  await once(call, 'finish');
  call.destroy();
}
