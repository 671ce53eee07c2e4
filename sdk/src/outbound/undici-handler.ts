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
  return new (keptFor(handler))(handler, caller) as Handler;
}

/** A handler, and the context to call it in. */
class Kept {
  readonly handler: Callbacks;
  readonly caller: AsyncResource;

  constructor(handler: Callbacks, caller: AsyncResource) {
    this.handler = handler;
    this.caller = caller;
  }
}

/** By which callbacks there are, a bit for each: undici looks at what a handler has, and there are a handful of sorts. */
const classes = new Map<number, typeof Kept>();

/** The class with the callbacks that `handler` has; a closure for each callback of each call took ten times as long. */
function keptFor(handler: Callbacks): typeof Kept {
  let has = 0;
  for (let bit = 0; bit < CALLBACKS.length; bit++) {
    if (typeof handler[CALLBACKS[bit] as keyof Callbacks] === 'function') has |= 1 << bit;
  }
  let found = classes.get(has);
  if (found === undefined) {
    found = class extends Kept {};
    for (const [bit, name] of CALLBACKS.entries()) {
      if (((has >> bit) & 1) === 0) continue;
      Object.defineProperty(found.prototype, name, {
        value(this: Kept, ...args: unknown[]) {
          const callback = this.handler[name] as (...args: unknown[]) => unknown;
          return this.caller.runInAsyncScope(callback, this.handler, ...args);
        },
      });
    }
    classes.set(has, found);
  }
  return found;
}
