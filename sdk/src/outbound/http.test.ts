import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALL_RIGHT, asCaller, caller, count } from '../../test/callers.ts';
import { countOf, getJson, listen, type Seen, serveEcho } from '../../test/servers.ts';
import { run } from '../context.ts';
import { extract } from '../index.ts';
import type { MeshspanOptions } from '../options.ts';
import { install, uninstall } from './install.ts';

beforeEach(install);
afterEach(uninstall);

/** A call whose every option is the test's own; `body` is written once the request is under way. */
async function call(options: RequestOptions, body = ''): Promise<Seen> {
  const outgoing = request(options);
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks = await response.toArray();
  return JSON.parse(Buffer.concat(chunks).toString()) as Seen;
}

const at = (origin: string): RequestOptions => ({ host: '127.0.0.1', port: new URL(origin).port });

describe('pools', () => {
  it('carries each caller through a bounded agent', async () => {
    const echo = await serveEcho();
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    expect(await count(() => call({ ...at(echo), agent }))).toEqual(ALL_RIGHT);
    agent.destroy();
  });
});

describe('a head that Node has written already', () => {
  it('carries each caller with headers as an array, on new and on kept connections', async () => {
    const echo = await serveEcho();
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const headers = ['Accept', 'text/plain', 'Host', 'orders'];
    expect(await count(() => call({ ...at(echo), agent, headers }))).toEqual(ALL_RIGHT);
    expect(headers).toEqual(['Accept', 'text/plain', 'Host', 'orders']);
    agent.destroy();
  });

  it('carries the caller with Expect: 100-continue, and the body after it', async () => {
    const echo = await serveEcho();
    const headers = { expect: '100-continue', 'content-length': '4' };
    const seen = await asCaller(() => call({ ...at(echo), method: 'POST', headers }, 'body'));
    expect(seen.headers).toMatchObject(caller(1));
    expect(seen.body).toBe('body');
  });

  it.each([
    ['as an array', ['X-USER-ID', 'own', 'Host', 'orders']],
    ['with Expect', { 'X-USER-ID': 'own', expect: '100-continue', 'content-length': '0' }],
  ])("lets the caller's own header win, %s", async (_form, headers) => {
    const echo = await serveEcho();
    const seen = await asCaller(() => call({ ...at(echo), method: 'POST', headers }));
    expect(seen.headers).toMatchObject({ 'x-user-id': 'own', 'x-request-id': 'id-1' });
    expect(countOf(seen, 'x-user-id')).toBe(1);
  });
});

describe("the caller's own headers", () => {
  it('win, and are never doubled', async () => {
    const echo = await serveEcho();
    const seen = await asCaller(() => getJson(echo, { 'X-User-Id': 'own', 'X-Request-Id': ['own'] }));
    expect(seen.headers).toMatchObject({ 'x-user-id': 'own', 'x-request-id': 'own' });
    expect(countOf(seen, 'x-user-id') + countOf(seen, 'x-request-id')).toBe(2);
    expect(seen.headers.traceparent).toBe(caller(1).traceparent);
  });

  it.each([
    ['b3', `${'b'.repeat(32)}-${'c'.repeat(16)}-1`],
    ['traceparent', `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`],
    ['x-b3-traceid', 'b'.repeat(32)],
    ['tracestate', 'vendor=own'],
  ])('keep our trace out altogether where %s says another', async (name, value) => {
    const echo = await serveEcho();
    const { headers } = await asCaller(() => getJson(echo, { [name]: value }));
    const sent = ['traceparent', 'tracestate', 'b3', 'x-b3-traceid'].filter((header) => header in headers);
    expect(sent).toEqual([name]);
    expect(headers['x-user-id']).toBe('user-1');
  });
});

describe('hosts', () => {
  const lookup: RequestOptions['lookup'] = (_host, _options, found) =>
    found(null, [{ address: '127.0.0.1', family: 4 }]);

  it.each([
    ['a stranger', { host: 'api.example.com' }],
    ['a stranger behind a loopback proxy, by Host', { headers: { host: 'api.example.com' } }],
    ['the same, headers as an array', { headers: ['host', 'api.example.com'] }],
    ['the same, by an absolute path', { path: 'http://api.example.com/' }],
  ])('sends the trace to %s, and no identity', async (_whom, options) => {
    const echo = await serveEcho();
    const { headers } = await asCaller(() => call({ ...at(echo), lookup, ...options }));
    expect(headers.traceparent).toBe(caller(1).traceparent);
    expect(headers['x-user-id']).toBeUndefined();
    expect(headers.baggage).toBeUndefined();
  });

  it.each<[string, MeshspanOptions, readonly string[]]>([
    ['all of it to every host by default', {}, ['traceparent', 'x-request-id']],
    ["nothing beyond the mesh with traceTo: 'mesh'", { traceTo: 'mesh' }, []],
    [
      'all of it to the hosts that are listed, too',
      { traceTo: 'mesh', propagateTo: ['api.example.com'] },
      ['traceparent', 'x-request-id', 'baggage', 'x-user-id'],
    ],
  ])('sends %s', async (_what, options, expected) => {
    const echo = await serveEcho();
    const sent = async (host: string): Promise<string[]> => {
      const { headers } = await run(extract(caller(1), options), () => call({ ...at(echo), lookup, host }));
      return Object.keys(caller(1)).filter((name) => name in headers);
    };
    expect((await sent('api.example.com')).sort()).toEqual([...expected].sort());
    expect(await sent('orders.prod.svc')).toHaveLength(4);
  });

  it("keeps our trace out where the caller has set another tracer's header of the preset", async () => {
    const echo = await serveEcho();
    const context = extract({ ...caller(1), sw8: '1-ours' }, { preset: 'istio' });
    const { headers } = await run(context, () => getJson(echo, { 'x-datadog-trace-id': '1' }));
    expect(headers.traceparent).toBeUndefined();
    expect(headers.sw8).toBeUndefined();
    expect(headers).toMatchObject({ 'x-datadog-trace-id': '1', 'x-user-id': 'user-1' });
    expect((await run(context, () => getJson(echo))).headers.sw8).toBe('1-ours');
  });

  it('leaves the CONNECT that a proxy gets alone', async () => {
    let received: IncomingMessage | undefined;
    const proxy = createServer().on('connect', (incoming, socket) => {
      received = incoming;
      socket.end('HTTP/1.1 200 OK\r\n\r\n');
    });
    const origin = await listen(proxy);
    await asCaller(async () => {
      const outgoing = request({ ...at(origin), method: 'CONNECT', path: 'orders:443' }).end();
      await once(outgoing, 'connect');
    });
    expect(Object.keys(received?.headers ?? {}).sort()).toEqual(['connection', 'host']);
  });
});

it('sends nothing outside of a context, nor once uninstalled', async () => {
  const echo = await serveEcho();
  const ours = (seen: Seen) => Object.keys(seen.headers).filter((name) => name in caller(1));
  expect(ours(await getJson(echo))).toEqual([]);
  // The context is made first, as extract() installs.
  const seen = await asCaller(() => {
    uninstall();
    return getJson(echo);
  });
  expect(ours(seen)).toEqual([]);
});
