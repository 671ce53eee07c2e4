import { globalAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** One way of making a call. */
export interface Client {
  readonly name: string;
  /** The package that it comes from; undefined for what Node itself brings. */
  readonly package?: string;
  readonly protocol: 'http/1.1' | 'http/2';
  /** Told where it is not covered. */
  readonly why: string;
  /** Calls `url` and resolves once it is answered. `module` is the package, loaded; `pool` what `open` made. */
  call(url: string, module: never, pool: never): Promise<unknown>;
  /** Makes what all calls of one check share. */
  open?(module: never): { close(): Promise<void> };
}

const NO_HOOK = 'Node announces these calls on no channel';
const REPLACED = 'globalThis is frozen, or holds a global dispatcher that is none of undici';
const COMPOSE = 'give it a dispatcher that was composed: dispatcher.compose(interceptor())';
const HTTP_1 = { protocol: 'http/1.1', why: NO_HOOK } as const;
const UNDICI = { package: 'undici', protocol: 'http/1.1', why: COMPOSE } as const;

type Fetch = typeof globalThis.fetch;

/** The parts of undici that are used. */
interface Undici {
  request(url: string, options?: object): Promise<{ body: { text(): Promise<string> } }>;
  readonly fetch: Fetch;
  readonly Agent: new (options: { connections: number }) => { close(): Promise<void> };
}

/** Every client that is tried. */
export const CLIENTS: readonly Client[] = [
  { ...HTTP_1, name: 'fetch', why: REPLACED, call: (url) => read(globalThis.fetch, url) },
  { ...HTTP_1, name: 'node:http', call: (url) => get(httpRequest, url, {}) },
  {
    ...{ ...HTTP_1, name: 'node:http, headers as an array' },
    call: (url) => get(httpRequest, url, { headers: ['host', new URL(url).host] }),
  },
  {
    ...{ ...HTTP_1, name: 'node:https' },
    // Loopback has no certificate: an agent that speaks no TLS takes the same call the same way.
    call: (url) => get(httpsRequest, url, { agent: globalAgent }),
  },
  {
    name: 'node:http2',
    protocol: 'http/2',
    why: `${NO_HOOK}: give the headers to request()`,
    call: callHttp2,
  },
  {
    ...{ ...UNDICI, name: 'undici.request' },
    call: async (url, { request }: Undici) => (await request(url)).body.text(),
  },
  {
    ...{ ...UNDICI, name: 'undici.request, one connection' },
    open: ({ Agent }: Undici) => new Agent({ connections: 1 }),
    call: async (url, { request }: Undici, dispatcher: object) =>
      (await request(url, { dispatcher })).body.text(),
  },
  { ...UNDICI, name: 'undici.fetch', call: (url, { fetch }: Undici) => read(fetch, url) },
  {
    ...{ ...HTTP_1, name: 'axios', package: 'axios' },
    call: (url, axios: { get(url: string): Promise<unknown> }) => axios.get(url),
  },
  {
    ...{ ...HTTP_1, name: 'got', package: 'got' },
    // The default export, as got 16 has no other of it.
    call: (url, module: { default(url: string): Promise<unknown> }) => module.default(url),
  },
  {
    ...{ ...HTTP_1, name: 'node-fetch', package: 'node-fetch' },
    call: (url, module: { default: Fetch }) => read(module.default, url),
  },
];

/** Loads a package as the service in the working directory would; undefined where it cannot. */
export function load(name: string): unknown {
  try {
    return createRequire(join(process.cwd(), 'package.json'))(name);
  } catch {
    return undefined;
  }
}

async function read(fetch: Fetch, url: string): Promise<string> {
  return (await fetch(url)).text();
}

function get(request: typeof httpRequest, url: string, options: RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    request(url, options, (response) => response.resume().once('end', resolve).once('error', reject))
      .once('error', reject)
      .end();
  });
}

async function callHttp2(url: string): Promise<void> {
  const session = connect(url);
  try {
    await new Promise((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':path': new URL(url).pathname });
      stream.resume().once('end', resolve).once('error', reject);
    });
  } finally {
    session.close();
  }
}
