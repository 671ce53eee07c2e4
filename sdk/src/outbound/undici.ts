import { AsyncResource } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CARRIED, type CarriedContext, currentCarried } from '../context.ts';
import { type Carrier, inject } from './inject.ts';
import { findName, keepOneOfEach } from './one-of-each.ts';

/** The parts of undici's DispatchOptions that are read and written (undici docs/docs/api/Dispatcher.md). */
export interface DispatchOptions {
  origin?: string | URL | undefined;
  path: string;
  method: string;
  headers?: unknown;
}

/** The dispatch function of an undici Dispatcher. `handler` is passed through untouched. */
export type Dispatch<Options, Handler> = (options: Options, handler: Handler) => boolean;

/**
 * An undici interceptor that adds the caller's context, for dispatchers of your own:
 * `new Agent({ connections: 4 }).compose(interceptor())`. It runs where `dispatch` is called, hence in the
 * caller's context, however long the pool then queues the request. Compose it first, so that it stands
 * behind redirect and retry interceptors and checks every host anew.
 */
export function interceptor(): <Options extends DispatchOptions, Handler>(
  dispatch: Dispatch<Options, Handler>,
) => Dispatch<Options, Handler> {
  return (dispatch) =>
    // undici 8 insists on two declared parameters (lib/dispatcher/dispatcher.js, compose).
    (options, handler) => {
      const context = currentCarried();
      if (context === undefined || options.method === 'CONNECT') return dispatch(options, handler);
      return dispatch(withContext(options, context), handler);
    };
}

/** A copy of `options` with the context's headers; the caller's own object is left as it is. */
function withContext<Options extends DispatchOptions>(options: Options, context: CarriedContext): Options {
  const headers = pairsOf(options.headers);
  if (headers === undefined) return options;
  const host = headerPairs.get(headers, 'host');
  const mesh = isMesh(context, options.origin, options.path, host);
  const before = headers.length;
  inject(context, headers, headerPairs, mesh);
  return headers.length === before ? options : { ...options, headers };
}

/** Names and values in turn, from any of the three forms that undici takes; undefined for what it would refuse. */
function pairsOf(headers: unknown): unknown[] | undefined {
  if (headers === undefined || headers === null) return [];
  if (Array.isArray(headers)) return headers.length % 2 === 0 ? [...headers] : undefined;
  if (typeof headers !== 'object') return undefined;
  const pairs = Symbol.iterator in headers ? [...(headers as Iterable<unknown[]>)] : Object.entries(headers);
  return pairs.flatMap((pair) => [pair[0], pair[1]]);
}

const headerPairs: Carrier<unknown[]> = {
  get(headers, name) {
    const at = findName(headers, name);
    // A name whose value is undefined is one that undici leaves out (lib/core/request.js, processHeader).
    if (at === -1 || headers[at + 1] === undefined) return undefined;
    return typeof headers[at + 1] === 'string' ? (headers[at + 1] as string) : '';
  },
  set(headers, name, value) {
    headers.push(name, value);
  },
};

function isMesh(
  context: CarriedContext,
  origin: unknown,
  path: string,
  hostHeader: string | undefined,
): boolean {
  const { meshHosts } = context[CARRIED].settings;
  // An absolute path asks a proxy for another host than the origin.
  if (!path.startsWith('/')) return false;
  return meshHosts.includes(hostOf(origin)) && (hostHeader === undefined || meshHosts.includes(hostHeader));
}

/** `http://orders:8080` to `orders:8080`. No URL is built: what is no plain origin is no host of the mesh. */
function hostOf(origin: unknown): string {
  if (origin instanceof URL) return origin.host;
  const text = String(origin);
  const start = text.indexOf('://') + 3;
  const end = text.indexOf('/', start);
  return start === 2 ? '' : text.slice(start, end === -1 ? undefined : end);
}

/** Published by every copy of undici when it builds a request (undici docs/docs/api/DiagnosticsChannel.md). */
const CREATED = 'undici:request:create';

interface UndiciRequest extends DispatchOptions {
  readonly headers: unknown;
  readonly host?: string | null;
  addHeader(name: string, value: string): unknown;
}

/**
 * Covers the undici package's request, stream, pipeline and upgrade on any dispatcher. Returns the undo.
 *
 * undici before 8.12 builds a queued request when a connection falls free, so that this channel speaks in
 * whatever context freed it: the context here may be another tenant's. Those four calls leave a handler on
 * the request that is an AsyncResource made in the caller's context (lib/api/api-request.js); that one is
 * asked. Any other handler (fetch's, a retry's, a composed dispatcher's) cannot tell, and nothing is added.
 */
export function subscribeUndici(): () => void {
  subscribe(CREATED, onCreated);
  return () => {
    unsubscribe(CREATED, onCreated);
  };
}

function onCreated(message: unknown): void {
  const { request } = message as { request: UndiciRequest };
  try {
    const { headers } = request;
    if (!Array.isArray(headers)) return;
    keepOneOfEach(headers);
    const context = callersContext(request);
    if (context === undefined || request.method === 'CONNECT') return;
    inject(
      context,
      request,
      createdRequest,
      isMesh(context, request.origin, request.path, request.host ?? undefined),
    );
  } catch {
    // What a subscriber throws becomes an uncaught exception; see http.ts.
  }
}

const createdRequest: Carrier<UndiciRequest> = {
  get(request, name) {
    return headerPairs.get(request.headers as unknown[], name);
  },
  set(request, name, value) {
    request.addHeader(name, value);
  },
};

function callersContext(request: object): CarriedContext | undefined {
  for (const key of Object.getOwnPropertySymbols(request)) {
    if (key.description !== 'handler') continue;
    const handler = (request as Record<symbol, unknown>)[key];
    return handler instanceof AsyncResource ? handler.runInAsyncScope(currentCarried) : undefined;
  }
  return undefined;
}
