import { AsyncResource } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { currentCarried } from '../context.ts';
import { type HeaderAccess, injectInto } from './inject.ts';
import { keepOneOfEach } from './one-of-each.ts';
import { keepOneSpan } from './one-span.ts';
import { type DispatchOptions, headerPairs, hostOf, isMesh } from './undici.ts';
import { keepBodyInContext } from './undici-body.ts';
import { checkHost } from './undici-redirects.ts';

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
 * the request that is an AsyncResource made in the caller's context (lib/api/api-request.js); it is in there
 * that the headers are written, for OpenTelemetry's active span must be the caller's too. Any other handler
 * (fetch's, a retry's, a composed dispatcher's) cannot tell, and nothing is added.
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
    keepOneSpan(headers);
    checkHost(headers, request.host ?? hostOf(request.origin));
    const caller = handlerOf(request);
    if (caller === undefined || request.method === 'CONNECT') return;
    caller.runInAsyncScope(addContext, null, request);
    request.body = keepBodyInContext(request.body, caller);
  } catch {
    // What a subscriber throws becomes an uncaught exception; see http.ts.
  }
}

function addContext(request: UndiciRequest): void {
  const context = currentCarried();
  if (context === undefined) return;
  const mesh = isMesh(context, request.origin, request.path, request.host ?? undefined);
  injectInto(context, request, createdRequest, mesh);
}

const createdRequest: HeaderAccess<UndiciRequest> = {
  get(request, name) {
    return headerPairs.get(request.headers as unknown[], name);
  },
  set(request, name, value) {
    request.addHeader(name, value);
  },
  isBlank(request, names) {
    return headerPairs.isBlank?.(request.headers as unknown[], names) === true;
  },
};

/** The `handler` symbol of each copy of undici, by the prototype of its requests. */
const handlerKeys = new WeakMap<object, symbol>();

function handlerOf(request: object): AsyncResource | undefined {
  const prototype: object = Object.getPrototypeOf(request);
  let key = handlerKeys.get(prototype);
  if (key === undefined) {
    key = Object.getOwnPropertySymbols(request).find(({ description }) => description === 'handler');
    if (key === undefined) return undefined;
    handlerKeys.set(prototype, key);
  }
  const handler = (request as Record<symbol, unknown>)[key];
  return handler instanceof AsyncResource ? handler : undefined;
}
