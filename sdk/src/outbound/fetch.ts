import { current } from '../context.ts';
import { interceptor } from './undici.ts';

/** undici keeps its global dispatcher under the first, and from 8.0 under the second (lib/global.js). */
const GLOBAL_DISPATCHERS = [
  Symbol.for('undici.globalDispatcher.1'),
  Symbol.for('undici.globalDispatcher.2'),
] as const;

interface Dispatcher {
  compose(interceptor: unknown): Dispatcher;
}

type Globals = { [key in symbol]?: Dispatcher };
type Fetch = typeof globalThis.fetch;

/** One composed dispatcher for each that a user has set. */
const composed = new WeakMap<Dispatcher, Dispatcher>();

/**
 * Wraps `globalThis.fetch`, so that each call of it dispatches through our interceptor, in the caller's
 * context and for every hop of a redirect anew. No gentler way keeps the caller's context: the channel
 * `undici:request:create` speaks in another's when a pool is bounded, and headers given to fetch itself
 * would follow a redirect to any host. Returns the undo, which leaves a fetch that others wrapped since alone.
 */
export function wrapFetch(): () => void {
  const original = globalThis.fetch;
  // Node without fetch (--no-experimental-fetch) is to stay without.
  if (typeof original !== 'function') return () => {};
  let active = true;
  const wrapped: Fetch = function fetch(input, init) {
    if (!active || current() === undefined) return original(input, init);
    const own = (init as { dispatcher?: Dispatcher } | undefined)?.dispatcher;
    if (own !== undefined && own !== null) {
      return original(input, { ...init, dispatcher: compose(own) } as RequestInit);
    }
    return withComposedGlobals(() => original(input, init));
  };
  Reflect.set(globalThis, 'fetch', wrapped);
  return () => {
    active = false;
    if (globalThis.fetch === wrapped) Reflect.set(globalThis, 'fetch', original);
  };
}

/**
 * fetch reads the global dispatcher once, before it returns (undici lib/web/fetch/index.js, the default
 * argument of fetching()). So it is exchanged for the length of that synchronous call: a dispatcher that the
 * user sets at any time is honoured, and so is one hidden in a Request, which then goes out as it is.
 */
function withComposedGlobals<Result>(call: () => Result): Result {
  const globals = globalThis as unknown as Globals;
  // Node loads its own undici, which sets the dispatcher, when one of its classes is first touched.
  if (!GLOBAL_DISPATCHERS.some((key) => globals[key] !== undefined)) void globalThis.Headers;
  const saved = GLOBAL_DISPATCHERS.map((key) => globals[key]);
  try {
    exchange(
      globals,
      saved.map((dispatcher) => dispatcher && compose(dispatcher)),
    );
    return call();
  } finally {
    exchange(globals, saved);
  }
}

/** Reflect.set, here and above, does not throw where somebody froze globalThis: calls then go out as they are. */
function exchange(globals: Globals, dispatchers: readonly (Dispatcher | undefined)[]): void {
  for (const [index, key] of GLOBAL_DISPATCHERS.entries()) {
    const dispatcher = dispatchers[index];
    if (dispatcher !== undefined) Reflect.set(globals, key, dispatcher);
  }
}

function compose(dispatcher: Dispatcher): Dispatcher {
  if (typeof dispatcher.compose !== 'function') return dispatcher;
  let result = composed.get(dispatcher);
  if (result === undefined) {
    result = dispatcher.compose(interceptor());
    composed.set(dispatcher, result);
  }
  return result;
}
