// First: it must see Node's own undici before a package of it is loaded.
import './builtin-undici.ts';
import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import axios from 'axios';
import got from 'got';
import nodeFetch from 'node-fetch';
import * as undici8 from 'undici';
import * as undici6 from 'undici-6';
import * as undici7 from 'undici-7';
import { interceptor } from '../src/index.ts';
import { BuiltinAgent } from './builtin-undici.ts';
import type { Seen } from './servers.ts';

/** What a call may ask for beside its URL. */
export interface CallOptions {
  /** Sent by POST, piece by piece. */
  body?: () => AsyncIterable<string>;
  signal?: AbortSignal;
}

/** A client as its users write it, on a pool of four connections. */
export interface Client {
  readonly name: string;
  /** Calls, and gives the answer's text piece by piece; throws where the status is not 200. */
  call(url: string, options?: CallOptions): AsyncIterable<string>;
  close(): unknown;
}

const CONNECTIONS = 4;

/** Every name leads to this machine, so that a stranger's host can be called without leaving it. */
const lookup: LookupFunction = (_host, options, found) => {
  if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }]);
  else found(null, '127.0.0.1', 4);
};

async function* textOf(body: AsyncIterable<Uint8Array>, status: number | undefined): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Read to its end whatever the status, or the connection would not return to the pool.
  let text = '';
  for await (const chunk of body) {
    const piece = decoder.decode(chunk, { stream: true });
    if (status === 200) yield piece;
    else text += piece;
  }
  if (status !== 200) throw new Error(`${status} ${text}`);
}

const bodyOf = ({ body }: CallOptions): Readable | undefined =>
  body && Readable.from(body(), { objectMode: false });

function fetchClient(name: string, fetchIt: typeof fetch, init: object, close: () => unknown): Client {
  return {
    name,
    async *call(url, options = {}) {
      const stream = bodyOf(options);
      const post = stream && { method: 'POST', body: stream, duplex: 'half' };
      const { signal } = options;
      const response = await fetchIt(url, { ...init, ...post, ...(signal && { signal }) } as RequestInit);
      yield* textOf(response.body as unknown as AsyncIterable<Uint8Array>, response.status);
    },
    close,
  };
}

function undiciClient(name: string, undici: typeof undici8): Client {
  const agent = new undici.Agent({ connections: CONNECTIONS, connect: { lookup } });
  const dispatcher = agent
    .compose(interceptor())
    .compose(undici.interceptors.retry({ maxRetries: 3, minTimeout: 1 }))
    .compose(undici.interceptors.redirect({ maxRedirections: 3 }));
  return {
    name: `${name}.request, redirected and retried`,
    async *call(url, options = {}) {
      const body = bodyOf(options);
      const post = body && { method: 'POST' as const, body };
      const { signal } = options;
      const response = await undici.request(url, { dispatcher, ...post, ...(signal && { signal }) });
      yield* textOf(response.body, response.statusCode);
    },
    close: () => agent.close(),
  };
}

function undiciFetchClient(name: string, undici: typeof undici8): Client {
  const agent = new undici.Agent({ connections: CONNECTIONS, connect: { lookup } });
  const dispatcher = agent.compose(interceptor());
  const fetchIt = undici.fetch as unknown as typeof fetch;
  return fetchClient(`${name}.fetch`, fetchIt, { dispatcher }, () => agent.close());
}

function undiciGlobalFetchClient(name: string, undici: typeof undici8): Client {
  const agent = new undici.Agent({ connections: CONNECTIONS, connect: { lookup } });
  const before = undici.getGlobalDispatcher();
  undici.setGlobalDispatcher(agent);
  return fetchClient(
    `${name}.fetch, the pool being global`,
    undici.fetch as unknown as typeof fetch,
    {},
    () => {
      undici.setGlobalDispatcher(before);
      return agent.close();
    },
  );
}

function builtinFetchClient(): Client {
  const dispatcher = new BuiltinAgent({ connections: CONNECTIONS, connect: { lookup } });
  // Looked up at each call, as a program does: install() may come later than this.
  const late: typeof fetch = (input, init) => fetch(input, init);
  return fetchClient('global fetch', late, { dispatcher }, () => dispatcher.close());
}

function httpClient(): Client {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS });
  return {
    name: 'node:http',
    async *call(url, options = {}) {
      const body = bodyOf(options);
      const { signal } = options;
      const outgoing = httpRequest(url, {
        agent,
        lookup,
        method: body ? 'POST' : 'GET',
        ...(signal && { signal }),
      });
      body ? body.pipe(outgoing) : outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      yield* textOf(response, response.statusCode);
    },
    close: () => agent.destroy(),
  };
}

function axiosClient(): Client {
  const httpAgent = new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS });
  const instance = axios.create({
    httpAgent,
    lookup: lookup as never,
    responseType: 'stream',
    validateStatus: null,
  });
  return {
    name: 'axios',
    async *call(url, options = {}) {
      const data = bodyOf(options);
      const { signal } = options;
      const { status, data: answer } = await instance.request<IncomingMessage>({
        url,
        method: data ? 'POST' : 'GET',
        ...(data && { data }),
        ...(signal && { signal }),
      });
      yield* textOf(answer, status);
    },
    close: () => httpAgent.destroy(),
  };
}

function gotClient(): Client {
  const agent = { http: new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS }) };
  const instance = got.extend({
    agent,
    dnsLookup: lookup as never,
    retry: { limit: 0 },
    throwHttpErrors: false,
  });
  return {
    name: 'got',
    async *call(url, options = {}) {
      const body = bodyOf(options);
      const { signal } = options;
      const stream = instance.stream(url, { method: body ? 'POST' : 'GET', ...(signal && { signal }) });
      if (body !== undefined) body.pipe(stream);
      const [response] = (await once(stream, 'response')) as [IncomingMessage];
      yield* textOf(stream, response.statusCode);
    },
    close: () => agent.http.destroy(),
  };
}

function nodeFetchClient(): Client {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS, lookup } as object);
  return fetchClient('node-fetch', nodeFetch as unknown as typeof fetch, { agent }, () => agent.destroy());
}

/** How to open each client that is covered without a word from its user, or by interceptor(). */
export const CLIENTS: readonly (readonly [name: string, open: () => Client])[] = [
  ['global fetch', builtinFetchClient],
  ['undici 6 fetch', () => undiciFetchClient('undici 6', undici6 as unknown as typeof undici8)],
  ['undici 7 fetch', () => undiciFetchClient('undici 7', undici7 as unknown as typeof undici8)],
  ['undici 8 fetch', () => undiciGlobalFetchClient('undici 8', undici8)],
  ['undici 6 request', () => undiciClient('undici 6', undici6 as unknown as typeof undici8)],
  ['undici 7 request', () => undiciClient('undici 7', undici7 as unknown as typeof undici8)],
  ['undici 8 request', () => undiciClient('undici 8', undici8)],
  ['node:http', httpClient],
  ['axios', axiosClient],
  ['got', gotClient],
  ['node-fetch', nodeFetchClient],
];

/** Several clients as one, each called in its turn. */
export function inTurn(clients: readonly Client[]): Client {
  let calls = 0;
  return {
    name: clients.map(({ name }) => name).join(', '),
    call: (url, options) => (clients[calls++ % clients.length] as Client).call(url, options),
    close: () => Promise.all(clients.map((client) => client.close())),
  };
}

/** The answer of serveEcho(), by any client. */
export async function see(client: Client, url: string, options?: CallOptions): Promise<Seen> {
  let text = '';
  for await (const piece of client.call(url, options)) text += piece;
  return JSON.parse(text) as Seen;
}
