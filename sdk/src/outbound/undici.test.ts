import { Writable } from 'node:stream';
import {
  Agent,
  getGlobalDispatcher,
  pipeline,
  request,
  setGlobalDispatcher,
  stream,
  fetch as undiciFetch,
} from 'undici';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ALL_NONE, ALL_RIGHT, asCaller, count } from '../../test/callers.ts';
import { countOf, type Seen, serveEcho } from '../../test/servers.ts';
import { install, uninstall } from './install.ts';
import { interceptor } from './undici.ts';

beforeEach(install);
afterEach(uninstall);

function boundedAgent(): Agent {
  const agent = new Agent({ connections: 4 });
  onTestFinished(() => agent.close());
  return agent;
}

describe('global fetch', () => {
  it('carries each caller through a bounded global dispatcher set by the undici package', async () => {
    const echo = await serveEcho();
    const before = getGlobalDispatcher();
    setGlobalDispatcher(boundedAgent());
    onTestFinished(() => setGlobalDispatcher(before));
    expect(await count(async () => (await fetch(echo)).json())).toEqual(ALL_RIGHT);
  });
});

describe('the undici package', () => {
  it('carries each caller by request, stream and pipeline through a bounded agent', async () => {
    const echo = await serveEcho();
    const dispatcher = boundedAgent();
    const byRequest = async () => (await request(echo, { dispatcher })).body.json() as Promise<Seen>;
    expect(await count(byRequest)).toEqual(ALL_RIGHT);

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

  it('never lets its own fetch carry another caller: none without the interceptor, all with it', async () => {
    const echo = await serveEcho();
    const bounded = boundedAgent();
    const plain = async () => (await undiciFetch(echo, { dispatcher: bounded })).json() as Promise<Seen>;
    expect(await count(plain)).toEqual(ALL_NONE);

    const dispatcher = bounded.compose(interceptor());
    const covered = async () => (await undiciFetch(echo, { dispatcher })).json() as Promise<Seen>;
    expect(await count(covered)).toEqual(ALL_RIGHT);
  });

  it.each([
    ['a record', { 'X-User-Id': 'own', accept: '*/*' }],
    ['a flat list', ['X-User-Id', 'own', 'accept', '*/*']],
    ['an iterable', new Map([['X-User-Id', 'own']])],
  ])("lets the caller's own header win, given as %s, and leaves it as it was", async (_form, headers) => {
    const echo = await serveEcho();
    const dispatcher = boundedAgent().compose(interceptor());
    const before = structuredClone(headers);
    const seen = await asCaller(async () => {
      const { body } = await request(echo, { dispatcher, headers });
      return (await body.json()) as Seen;
    });
    expect(seen.headers).toMatchObject({ 'x-user-id': 'own', 'x-request-id': 'id-1' });
    expect(countOf(seen, 'x-user-id')).toBe(1);
    expect(countOf(seen, 'traceparent')).toBe(1);
    expect(headers).toEqual(before);
  });
});

describe('hosts', () => {
  it("sends no identity through a loopback proxy that goes by a stranger's Host header", async () => {
    const echo = await serveEcho();
    const bounded = boundedAgent();
    for (const dispatcher of [bounded, bounded.compose(interceptor())]) {
      const { headers } = await asCaller(async () => {
        const { body } = await request(echo, { dispatcher, headers: { Host: 'api.example.com' } });
        return (await body.json()) as Seen;
      });
      expect(headers).toMatchObject({ host: 'api.example.com', 'x-request-id': 'id-1' });
      expect(headers['x-user-id']).toBeUndefined();
      expect(headers.baggage).toBeUndefined();
    }
  });
});

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
