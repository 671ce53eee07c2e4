import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { getJson, type Seen, serveEcho } from '../../test/servers.ts';
import { current } from '../context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = '00f067aa0ba902b7';
const REQUEST_ID = 'a1b2c3d4-e5f6-9a78-8b90-123456789abc';

const fetchJson = async (url: string): Promise<Seen> => (await (await fetch(url)).json()) as Seen;
const CLIENTS: readonly (readonly [string, (url: string) => Promise<Seen>])[] = [
  ['fetch', fetchJson],
  ['node:http', getJson],
];

// No figure of time is asserted; the limit is for a machine that is busy with other things.
describe.each(FRAMEWORKS)('%s', { timeout: 60_000 }, (_framework, start) => {
  describe.each(CLIENTS)('through %s', (_client, call) => {
    it('sends on every format, the request id and the identity unchanged', async () => {
      const echo = await serveEcho();
      const service = await start(undefined, () => call(echo));
      const headers = {
        traceparent: `00-${TRACE}-${SPAN}-01`,
        tracestate: 'vendor=opaque,other=1',
        b3: `${TRACE}-${SPAN}-1-${PARENT}`,
        'x-b3-traceid': TRACE,
        'x-b3-spanid': SPAN,
        'x-b3-parentspanid': PARENT,
        'x-b3-sampled': '1',
        'x-request-id': REQUEST_ID,
        baggage: 'region=eu,plan=gold;ttl=1',
        'x-user-id': 'ada',
        'x-tenant-id': 'acme',
      };
      const seen = await getJson(service, headers);
      expect(seen.headers).toMatchObject(headers);
    });

    it('sends nothing of its own where nothing came', async () => {
      const echo = await serveEcho();
      const service = await start(undefined, () => call(echo));
      const seen = await getJson(service);
      const own = Object.keys(seen.headers).filter((name) => /^(trace|b3|bag|x-)/.test(name));
      expect(own).toEqual([]);
    });

    it('keeps 1,000 concurrent requests apart', async () => {
      const echo = await serveEcho();
      const service = await start(undefined, async () => {
        await nextTurn();
        const seen = await call(echo);
        return { upstream: seen.headers, after: current()?.identity };
      });
      const answers = await Promise.all(
        Array.from({ length: 1000 }, (_, index) => {
          const trace = index.toString(16).padStart(32, 'a');
          return getJson<{ upstream: Record<string, string>; after: Record<string, string> }>(service, {
            traceparent: `00-${trace}-${SPAN}-01`,
            'x-user-id': `user-${index}`,
            'x-tenant-id': `tenant-${index}`,
          });
        }),
      );
      for (const [index, { upstream, after }] of answers.entries()) {
        const identity = { 'x-user-id': `user-${index}`, 'x-tenant-id': `tenant-${index}` };
        expect(upstream).toMatchObject(identity);
        expect(upstream.traceparent).toBe(`00-${index.toString(16).padStart(32, 'a')}-${SPAN}-01`);
        expect(after).toEqual(identity);
      }
    });
  });

  it('holds its context behind a parsed body', async () => {
    const service = await start(undefined, (_query, body) => ({ body, identity: current()?.identity }));
    const response = await fetch(service, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': 'ada' },
      body: JSON.stringify({ large: 'x'.repeat(90_000) }),
    });
    expect(await response.json()).toEqual({
      body: { large: 'x'.repeat(90_000) },
      identity: { 'x-user-id': 'ada' },
    });
  });
});
