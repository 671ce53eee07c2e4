import { AsyncLocalStorage } from 'node:async_hooks';
import { MeshspanError } from './errors.ts';
import type { Identity } from './formats/identity.ts';
import type { Format, SamplingState, TraceContext } from './formats/trace-context.ts';
import type { Settings } from './options.ts';

/** Key of what a context needs to be sent on; a registered symbol, as two copies of the package share contexts. */
export const CARRIED: unique symbol = Symbol.for('meshspan.carried');

/** How a context is sent on. */
export interface Carried {
  readonly settings: Settings;
  /** The formats that parsed, in the order in which they are believed. */
  readonly received: readonly Format[];
  /** Trace headers, name and value in turn, once a call has needed them. */
  traceHeaders: readonly string[] | undefined;
}

/** What came in with a request and goes out with every call made on its behalf. */
export interface MeshContext {
  /** Where in which trace; undefined where nothing usable came. In child mode `spanId` is this service's own. */
  readonly trace: TraceContext | undefined;
  /** A B3 sampling decision that came without a trace; undefined wherever `trace` is set. */
  readonly sampling: SamplingState | undefined;
  /** The trace that a `restart` has left behind, for a span link; undefined otherwise. */
  readonly link: TraceContext | undefined;
  readonly requestId: string | undefined;
  readonly identity: Identity;
  /** The baggage header as it is sent on, within 64 members and 8,192 bytes; undefined where none came. */
  readonly baggage: string | undefined;
}

/**
 * A context with what it needs to be sent on. Kept out of the public type: its unique symbol would make the
 * ESM and the CJS declaration of `request.meshspan` two types, which a program that mixes both cannot merge.
 */
export interface CarriedContext extends MeshContext {
  readonly [CARRIED]: Carried;
}

/**
 * The one async context. It is kept on globalThis under a registered symbol, so that the ESM and the CJS
 * copy of this package, and two installations of it, see the same one. The number is the layout's version.
 */
const STORAGE = Symbol.for('meshspan.context.1');
const holder = globalThis as { [STORAGE]?: AsyncLocalStorage<CarriedContext | undefined> };
holder[STORAGE] ??= new AsyncLocalStorage();
const storage = holder[STORAGE];

/** The context of the request that the running code serves; undefined outside of any request. */
export function current(): MeshContext | undefined {
  return storage.getStore();
}

/** The same as {@link current}, for those who send it on. */
export function currentCarried(): CarriedContext | undefined {
  return storage.getStore();
}

/** Calls `callback` with `context` in force, in everything that it starts too; undefined puts none in force. */
export function enter<Result>(context: CarriedContext | undefined, callback: () => Result): Result {
  return storage.run(context, callback);
}

/**
 * Calls `callback` with `context` in force, in everything that it starts too: for work that comes in by other
 * ways than HTTP, such as a queue.
 * @throws MeshspanError MESHSPAN_ERR_CONTEXT where `context` was not made by extract() or current().
 */
export function run<Result>(context: MeshContext, callback: () => Result): Result {
  if (typeof context !== 'object' || context === null || !(CARRIED in context)) {
    const mend = 'Make one by extract(headers).';
    throw new MeshspanError('MESHSPAN_ERR_CONTEXT', 'run(context)', context, mend);
  }
  return enter(context as CarriedContext, callback);
}
