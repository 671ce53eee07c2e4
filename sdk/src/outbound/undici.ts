import { AsyncResource } from 'node:async_hooks';
import { CARRIED, type CarriedContext, currentCarried } from '../context.ts';
import { type HeaderAccess, injectInto } from './inject.ts';
import { installed } from './installed.ts';
import { findName } from './one-of-each.ts';
import { keepBodyInContext } from './undici-body.ts';
import { keepHandlerInContext } from './undici-handler.ts';
import { markHost } from './undici-redirects.ts';

/** The parts of undici's DispatchOptions that are read and written (undici docs/docs/api/Dispatcher.md). */
export interface DispatchOptions {
  origin?: string | URL | undefined;
  path: string;
  method: string;
  headers?: unknown;
  body?: unknown;
}

/** The dispatch function of an undici Dispatcher. `handler` gets what undici says to it, in the caller's context. */
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
    (options, handler) =>
      dispatchForCaller(dispatch, options, handler, markHost);
}

type OnMesh = (headers: unknown[], from: number, host: string, context: CarriedContext) => void;

/**
 * Dispatches with the context's headers; whatever undici calls later runs in the context of now, the caller's.
 * @param onMesh told the list of names and values, where ours begin in it, and the host, when it is the mesh's.
 */
export function dispatchForCaller<Options extends DispatchOptions, Handler>(
  dispatch: Dispatch<Options, Handler>,
  options: Options,
  handler: Handler,
  onMesh?: OnMesh,
): boolean {
  // The channel must be there to take the mark off again (undici-redirects.ts).
  if (installed() === undefined) return dispatch(options, handler);
  const caller = new AsyncResource('MeshspanDispatch');
  const body = keepBodyInContext(options.body, caller);
  const kept = body === options.body ? options : { ...options, body };
  return dispatch(withContext(kept, onMesh), keepHandlerInContext(handler, caller));
}

/** A copy of `options` with the headers of the context in force; the caller's own object is left as it is. */
function withContext<Options extends DispatchOptions>(options: Options, onMesh?: OnMesh): Options {
  const context = currentCarried();
  if (context === undefined || options.method === 'CONNECT') return options;
  const headers = pairsOf(options.headers);
  if (headers === undefined) return options;
  const host = headerPairs.get(headers, 'host');
  const mesh = isMesh(context, options.origin, options.path, host);
  const before = headers.length;
  injectInto(context, headers, headerPairs, mesh);
  if (headers.length === before) return options;
  if (mesh) onMesh?.(headers, before, host ?? hostOf(options.origin), context);
  return { ...options, headers };
}

/** Names and values in turn, from any of the forms that undici takes; undefined for what it would refuse. */
function pairsOf(headers: unknown): unknown[] | undefined {
  if (headers === undefined || headers === null) return [];
  if (typeof headers !== 'object') return undefined;
  if (Array.isArray(headers) && !Array.isArray(headers[0])) {
    return headers.length % 2 === 0 ? [...headers] : undefined;
  }
  const pairs: unknown[] = [];
  if (Symbol.iterator in headers) {
    for (const pair of headers as Iterable<unknown[]>) pairs.push(pair[0], pair[1]);
  } else {
    for (const name of Object.keys(headers)) pairs.push(name, (headers as Record<string, unknown>)[name]);
  }
  return pairs;
}

/** Reads and writes a list of names and values in turn. */
export const headerPairs: HeaderAccess<unknown[]> = {
  get(headers, name) {
    const at = findName(headers, name);
    // A name whose value is undefined is one that undici leaves out (lib/core/request.js, processHeader).
    if (at === -1 || headers[at + 1] === undefined) return undefined;
    return typeof headers[at + 1] === 'string' ? (headers[at + 1] as string) : '';
  },
  set(headers, name, value) {
    headers.push(name, value);
  },
  isBlank(headers, names) {
    for (let index = 0; index < headers.length; index += 2) {
      if (names.has(String(headers[index]).toLowerCase())) return false;
    }
    return true;
  },
};

/** Whether a request to `origin` stays within the mesh, whatever its Host header says. */
export function isMesh(
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
export function hostOf(origin: unknown): string {
  if (origin instanceof URL) return origin.host;
  const text = String(origin);
  const start = text.indexOf('://') + 3;
  const end = text.indexOf('/', start);
  return start === 2 ? '' : text.slice(start, end === -1 ? undefined : end);
}
