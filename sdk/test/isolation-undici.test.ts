import { afterEach, describe, it, onTestFinished } from 'vitest';
import { uninstall } from '../src/outbound/install.ts';
import { CLIENTS, type Client, inTurn } from './clients.ts';
import { AT_ONCE, isolate, REQUESTS } from './isolation.ts';
import { Arrivals, serveUpstream } from './upstream.ts';

afterEach(uninstall);

const open = Object.fromEntries(CLIENTS) as Record<string, () => Client>;
const opened = (...names: string[]): Client => inTurn(names.map((name) => (open[name] as () => Client)()));

describe(`${REQUESTS} requests, ${AT_ONCE} at once, through all frameworks: no value of another`, () => {
  it.each([
    ['global fetch', ['global fetch']],
    ['fetch of undici 6, 7 and 8 in turn', ['undici 6 fetch', 'undici 7 fetch', 'undici 8 fetch']],
    ['request of undici 6, 7 and 8 in turn', ['undici 6 request', 'undici 7 request', 'undici 8 request']],
  ])('over %s', { timeout: 1_200_000 }, async (_name, names) => {
    const client = opened(...names);
    onTestFinished(async () => {
      await client.close();
    });
    const arrivals = new Arrivals();
    await isolate(client, await serveUpstream(arrivals), arrivals);
  });
});
