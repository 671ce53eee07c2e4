import { AsyncResource } from 'node:async_hooks';
import { type Dispatch, type DispatchOptions, dispatchForCaller } from './undici.ts';
import { markHost } from './undici-redirects.ts';

/** undici keeps its global dispatcher under the first, and from 8.0 under both (lib/global.js). */
const KEY_1 = Symbol.for('undici.globalDispatcher.1');
const KEY_2 = Symbol.for('undici.globalDispatcher.2');
const KEYS = [KEY_1, KEY_2] as const;

/** The one method of undici's Dispatcher that all others go through. */
export interface Dispatcher {
  dispatch: Dispatch<DispatchOptions, unknown>;
  /** Set by a MockAgent (undici docs/docs/api/MockAgent.md). */
  readonly isMockActive?: boolean;
}

const globals = globalThis as unknown as { [key in symbol]?: Dispatcher };

/** The covered form of each dispatcher, and back. */
const covered = new WeakMap<Dispatcher, Dispatcher>();
const originals = new WeakMap<Dispatcher, Dispatcher>();

/** The global dispatchers as {@link coverGlobalDispatchers} left them. */
let left1: Dispatcher | undefined;
let left2: Dispatcher | undefined;

/**
 * Puts the covered form of undici's global dispatchers in their place, Node's own and the package's, so that
 * `undici.fetch`, which nothing can wrap, carries its caller's context too. Again is nothing, unless somebody
 * has set another dispatcher since. Reflect.set does not throw where globalThis is frozen: calls then go out
 * as they are.
 */
export function coverGlobalDispatchers(): void {
  // Every request comes by here, and V8 keeps the place of a global whose key is a constant only.
  if (globals[KEY_1] === left1 && globals[KEY_2] === left2) return;
  for (const key of KEYS) {
    const dispatcher = globals[key];
    if (dispatcher !== undefined && !originals.has(dispatcher)) Reflect.set(globals, key, cover(dispatcher));
  }
  left1 = globals[KEY_1];
  left2 = globals[KEY_2];
}

/** Whether undici, Node's own or the package, has set a global dispatcher yet. */
export function hasGlobalDispatcher(): boolean {
  return KEYS.some((key) => globals[key] !== undefined);
}

/** Takes {@link coverGlobalDispatchers} back. */
export function uncoverGlobalDispatchers(): void {
  for (const key of KEYS) {
    const original = globals[key] && originals.get(globals[key]);
    if (original !== undefined) Reflect.set(globals, key, original);
  }
}

/**
 * `dispatcher`, with the caller's context added to whatever is dispatched. The channel (undici-channel.ts) would
 * see undici's own request, stream and so on, but not where one release of the package dispatches through
 * another's global dispatcher, which hides the handler: Node's own undici, once fetch was used. A proxy rather
 * than a subclass, as it may be any class of any copy of undici; methods are called on the dispatcher itself,
 * which private fields insist on.
 */
export function cover(dispatcher: Dispatcher): Dispatcher {
  if (typeof dispatcher.dispatch !== 'function' || originals.has(dispatcher)) return dispatcher;
  let result = covered.get(dispatcher);
  if (result === undefined) {
    const inner: Dispatcher['dispatch'] = (options, handler) => dispatcher.dispatch(options, handler);
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      // fetch follows its redirects itself; and a MockAgent would show the mark to a test.
      const redirects = handler instanceof AsyncResource && dispatcher.isMockActive !== true;
      return dispatchForCaller(inner, options, handler, redirects ? markHost : undefined);
    };
    result = new Proxy(dispatcher, {
      get(target, key) {
        if (key === 'dispatch') return dispatch;
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' && key !== 'constructor' ? value.bind(target) : value;
      },
    });
    covered.set(dispatcher, result);
    originals.set(result, dispatcher);
  }
  return result;
}
