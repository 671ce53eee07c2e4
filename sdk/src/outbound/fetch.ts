import { current } from '../context.ts';
import { cover, coverGlobalDispatchers, type Dispatcher, hasGlobalDispatcher } from './global-dispatcher.ts';

type Fetch = typeof globalThis.fetch;

/**
 * Wraps `globalThis.fetch`, so that a dispatcher given to a call, and one that was made global this very
 * moment, are covered before fetch reads them. Every request then dispatches in the caller's context, and
 * every hop of a redirect anew. No gentler way keeps the caller's context: the channel `undici:request:create`
 * speaks in another's when a pool is bounded, and headers given to fetch itself would follow a redirect to any
 * host. A dispatcher hidden in a Request goes out as it is. Returns the undo, which leaves a fetch that others
 * wrapped since alone.
 */
export function wrapFetch(): () => void {
  const original = globalThis.fetch;
  // Node without fetch (--no-experimental-fetch) is to stay without.
  if (typeof original !== 'function') return () => {};
  let active = true;
  const wrapped: Fetch = function fetch(input, init) {
    if (!active || current() === undefined) return original(input, init);
    const own = (init as { dispatcher?: Dispatcher | null } | undefined)?.dispatcher;
    if (own !== undefined && own !== null) {
      return original(input, { ...init, dispatcher: cover(own) } as RequestInit);
    }
    // Node loads its own undici, which sets the dispatcher, when one of its classes is first touched.
    if (!hasGlobalDispatcher()) void globalThis.Headers;
    coverGlobalDispatchers();
    return original(input, init);
  };
  Reflect.set(globalThis, 'fetch', wrapped);
  return () => {
    active = false;
    if (globalThis.fetch === wrapped) Reflect.set(globalThis, 'fetch', original);
  };
}
