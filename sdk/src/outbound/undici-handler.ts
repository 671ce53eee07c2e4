import { AsyncResource } from 'node:async_hooks';

/**
 * All that undici may call on a handler: the names up to undici 6, then those since 7
 * (undici docs/docs/api/Dispatcher.md, DispatchHandler).
 */
const CALLBACKS = [
  ...['onConnect', 'onUpgrade', 'onHeaders', 'onData', 'onComplete', 'onError'],
  ...['onRequestStart', 'onRequestUpgrade', 'onResponseStart', 'onResponseData', 'onResponseEnd'],
  ...['onResponseError', 'onResponseStarted', 'onBodySent', 'onRequestSent'],
] as const;

type Callbacks = { [name in (typeof CALLBACKS)[number]]?: (...args: unknown[]) => unknown };

/**
 * Has a handler called in its caller's async context. undici calls it in whatever context
 * the connection was opened in; a redirect or retry handler dispatches its next request from there, and that
 * request would carry another caller's headers.
 */
export function keepHandlerInContext<Handler>(handler: Handler, caller: AsyncResource): Handler {
  // undici's own request, stream, pipeline and upgrade do so themselves, and dispatch no second request.
  if (typeof handler !== 'object' || handler === null || handler instanceof AsyncResource) return handler;
  const kept: Callbacks = {};
  for (const name of CALLBACKS) {
    const callback = (handler as Callbacks)[name];
    if (typeof callback !== 'function') continue;
    kept[name] = (...args) => caller.runInAsyncScope(callback, handler, ...args);
  }
  return kept as Handler;
}
