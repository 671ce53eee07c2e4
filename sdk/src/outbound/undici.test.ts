import { Writable } from 'node:stream';
import * as undici8 from 'undici';
import * as undici6 from 'undici-6';
import * as undici7 from 'undici-7';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ALL_NONE, ALL_RIGHT, asCaller, caller, count } from '../../test/callers.ts';
import { countOf, type Seen, serveEcho } from '../../test/servers.ts';
import { install, uninstall } from './install.ts';
import { interceptor } from './undici.ts';

type Undici = typeof undici8;
type Agent = InstanceType<Undici['Agent']>;

beforeEach(install);
afterEach(uninstall);

const RELEASES = [
  ['undici 6', undici6 as unknown as Undici],
  ['undici 7', undici7 as unknown as Undici],
  ['undici 8', undici8],
] as const;

describe.each(RELEASES)('%s', (_release, undici) => {
  const { request, stream, pipeline, fetch: undiciFetch } = undici;

  function boundedAgent(options: object = {}): Agent {
    const agent = new undici.Agent({ connections: 4, ...options });
    onTestFinished(() => agent.close());
    return agent;
  }

  function useGlobally(agent: undici8.Dispatcher): void {
    const before = undici.getGlobalDispatcher();
    undici.setGlobalDispatcher(agent);
    onTestFinished(() => undici.setGlobalDispatcher(before));
  }

  async function bodyOf(response: Promise<{ body: { json(): Promise<unknown> } }>): Promise<Seen> {
    return (await (await response).body.json()) as Seen;
  }

  describe('carries each caller through a bounded pool', () => {
    it('by request, stream and pipeline', async () => {
      const echo = await serveEcho();
      const dispatcher = boundedAgent();
      expect(await count(() => bodyOf(request(echo, { dispatcher })))).toEqual(ALL_RIGHT);

      const byStream = () =>
        new Promise<Seen>((resolve, reject) => {
          const sink = collect(resolve, reject);
          stream(echo, { dispatcher, method: 'GET' }, () => sink).catch(reject);
        });
      expect(await count(byStream)).toEqual(ALL_RIGHT);

      const byPipeline = () =>
        new Promise<Seen>((resolve, reject) => {
          pipeline(echo, { dispatcher, method: 'POST' }, ({ body }) => body)
            .on('error', reject)
            .end('x')
            .pipe(collect(resolve, reject));
        });
      expect(await count(byPipeline)).toEqual(ALL_RIGHT);
    });

    it('by a Client and by a Pool of their own', async () => {
      const echo = await serveEcho();
      for (const own of [new undici.Client(echo), new undici.Pool(echo, { connections: 4 })]) {
        onTestFinished(() => own.close());
        expect(await count(() => bodyOf(own.request({ path: '/', method: 'GET' })))).toEqual(ALL_RIGHT);
      }
    });

    it('by its fetch and by global fetch, the pool being global', async () => {
      const echo = await serveEcho();
      useGlobally(boundedAgent());
      // The first request that comes in, or message that is extracted, finds the new dispatcher.
      expect(await count(async () => (await undiciFetch(echo)).json())).toEqual(ALL_RIGHT);
      expect(await count(async () => (await fetch(echo)).json())).toEqual(ALL_RIGHT);
      expect(await count(() => bodyOf(request(echo)))).toEqual(ALL_RIGHT);
    });

    it('by its fetch, the pool being composed', async () => {
      const echo = await serveEcho();
      const dispatcher = boundedAgent().compose(interceptor());
      const call = async () => (await undiciFetch(echo, { dispatcher })).json();
      expect(await count(call)).toEqual(ALL_RIGHT);
    });
  });

  it('sends nothing where a bounded pool hides the caller: its fetch, given the pool', async () => {
    const echo = await serveEcho();
    const dispatcher = boundedAgent();
    const call = async () => (await undiciFetch(echo, { dispatcher })).json();
    expect(await count(call)).toEqual(ALL_NONE);
  });

  describe('behind redirect and retry interceptors', () => {
    it('carries each caller to every hop', async () => {
      const echo = await serveEcho();
      const { redirect, retry } = undici.interceptors;
      const dispatcher = boundedAgent()
        .compose(interceptor())
        .compose(retry({ minTimeout: 1 }), redirect({ maxRedirections: 3 }));
      const call = () => bodyOf(request(`${echo}/?to=${echo}/`, { dispatcher }));
      expect(await count(call)).toEqual(ALL_RIGHT);
    });

    it('carries nobody into what a caller without a context sends', async () => {
      const echo = await serveEcho();
      const dispatcher = boundedAgent()
        .compose(interceptor())
        .compose(undici.interceptors.redirect({ maxRedirections: 3 }));
      const call = () => bodyOf(request(`${echo}/?to=${echo}/`, { dispatcher }));
      const [, ...strangers] = await Promise.all([count(call), ...Array.from({ length: 20 }, call)]);
      expect(strangers.flatMap(({ headers }) => Object.keys(headers))).not.toContain('x-user-id');
    });

    it.each([
      ['composed first', true],
      ['composed last, so that it cannot see the second hop', false],
    ])('sends no identity to the stranger that a redirect leads to, %s', async (_order, first) => {
      const echo = await serveEcho();
      const connect = { lookup: toLoopback };
      const redirect = undici.interceptors.redirect({ maxRedirections: 3 });
      const agent = boundedAgent({ connect });
      const dispatcher = first
        ? agent.compose(interceptor()).compose(redirect)
        : agent.compose(redirect).compose(interceptor());
      const stranger = echo.replace('127.0.0.1', 'api.example.com');
      const outward = await asCaller(() => bodyOf(request(`${echo}/?to=${stranger}/`, { dispatcher })));
      expect(outward.headers).toMatchObject({ host: new URL(stranger).host, 'x-request-id': 'id-1' });
      expect(outward.headers.traceparent).toBe(caller(1).traceparent);
      expect(outward.headers['x-user-id']).toBeUndefined();
      expect(outward.headers.baggage).toBeUndefined();
      const within = await asCaller(() => bodyOf(request(`${echo}/?to=${echo}/`, { dispatcher })));
      expect(within.headers).toMatchObject(caller(1));
      for (const seen of [outward, within]) expect(countOf(seen, 'meshspan-host')).toBe(0);
    });
  });

  it.each([
    ['a record', { 'X-User-Id': 'own', accept: '*/*' }],
    ['a flat list', ['X-User-Id', 'own', 'accept', '*/*']],
    ['a Map', new Map([['X-User-Id', 'own']])],
  ])("lets the caller's own header win, given as %s, and leaves it as it was", async (_form, headers) => {
    const echo = await serveEcho();
    const dispatcher = boundedAgent().compose(interceptor());
    const before = structuredClone(headers);
    const seen = await asCaller(() => bodyOf(request(echo, { dispatcher, headers })));
    expect(seen.headers).toMatchObject({ 'x-user-id': 'own', 'x-request-id': 'id-1' });
    expect(countOf(seen, 'x-user-id')).toBe(1);
    expect(countOf(seen, 'traceparent')).toBe(1);
    expect(headers).toEqual(before);
  });

  it("sends no identity through a loopback proxy that goes by a stranger's Host header", async () => {
    const echo = await serveEcho();
    const bounded = boundedAgent();
    for (const dispatcher of [bounded, bounded.compose(interceptor())]) {
      const options = { dispatcher, headers: { Host: 'api.example.com' } };
      const { headers } = await asCaller(() => bodyOf(request(echo, options)));
      expect(headers).toMatchObject({ host: 'api.example.com', 'x-request-id': 'id-1' });
      expect(headers['x-user-id']).toBeUndefined();
      expect(headers.baggage).toBeUndefined();
    }
  });
});

it("carries each caller from undici 8 through undici 7's global dispatcher, as on Node 24 once fetch was used", async () => {
  const echo = await serveEcho();
  const before = undici8.getGlobalDispatcher();
  const agent = new undici7.Agent({ connections: 4 });
  undici7.setGlobalDispatcher(agent);
  onTestFinished(async () => {
    undici8.setGlobalDispatcher(before);
    await agent.close();
  });
  expect(undici8.getGlobalDispatcher()).toBe(agent);
  const call = async () => (await undici8.request(echo)).body.json();
  expect(await count(call)).toEqual(ALL_RIGHT);
});

it('leaves what a composed dispatcher sends alone once uninstalled', async () => {
  const echo = await serveEcho();
  const dispatcher = new undici8.Agent().compose(interceptor());
  onTestFinished(() => dispatcher.close());
  const seen = (await asCaller(async () => {
    uninstall();
    return (await undici8.request(echo, { dispatcher })).body.json();
  })) as Seen;
  expect(Object.keys(seen.headers).sort()).toEqual(['connection', 'host']);
});

it('takes a list of pairs, as undici 8 does', async () => {
  const echo = await serveEcho();
  const dispatcher = new undici8.Agent().compose(interceptor());
  onTestFinished(() => dispatcher.close());
  const headers = [
    ['X-User-Id', 'own'],
    ['accept', '*/*'],
  ] as unknown as string[];
  const seen = await asCaller(async () => (await undici8.request(echo, { dispatcher, headers })).body.json());
  expect((seen as Seen).headers).toMatchObject({ 'x-user-id': 'own', accept: '*/*', 'x-request-id': 'id-1' });
});

/** Every name leads to this machine, so that a stranger's host can be called without leaving it. */
function toLoopback(
  _host: string,
  _options: object,
  found: (error: null, addresses: { address: string; family: number }[]) => void,
): void {
  found(null, [{ address: '127.0.0.1', family: 4 }]);
}

function collect(resolve: (seen: Seen) => void, reject: (error: Error) => void): Writable {
  const chunks: Buffer[] = [];
  return new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    final(done) {
      resolve(JSON.parse(Buffer.concat(chunks).toString()) as Seen);
      done();
    },
  }).on('error', reject);
}
