import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { MeshspanError } from './errors.ts';
import type { Identity } from './formats/identity.ts';
import type { Format, SamplingState, TraceContext } from './formats/trace-context.ts';
import type { Settings } from './options.ts';
import { openTelemetryStorage } from './otel/context-storage.ts';

/** Key of what a context needs to be sent on; a registered symbol, as two copies of the package share contexts. */
export const CARRIED: unique symbol = Symbol.for('meshspan.carried');

/** How a context is sent on. */
export interface Carried {
  readonly settings: Settings;
  /** The formats that parsed, in the order in which they are believed. */
  readonly received: readonly Format[];
  /** The preset's opaque headers as they came, name and value in turn. */
  readonly opaque: readonly string[];
  /** These headers as they came, where they are to the letter what `trace` is written as. */
  readonly traceparent: string | undefined;
  readonly b3: string | undefined;
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

/** Where the context in force is kept: the part of AsyncLocalStorage that is used here. */
export interface ContextStorage {
  getStore(): CarriedContext | undefined;
  run<Result>(context: CarriedContext | undefined, callback: () => Result): Result;
}

/**
 * Key, on globalThis, of the one async context: the ESM and the CJS copy of this package, and two
 * installations of it, see the same one. The number is the layout's version.
 */
const STORAGE = Symbol.for('meshspan.context.1');
const holder = globalThis as { [STORAGE]?: ContextStorage };

/**
 * OpenTelemetry's context manager where one is registered, else an AsyncLocalStorage of our own: a second one
 * would make every await dearer on Node 22. Asked anew each time, as an SDK may be registered late. What was
 * entered before is then out of sight, which loses a context at start-up and can never mix two up.
 */
function storage(): ContextStorage {
  const shared = openTelemetryStorage();
  if (shared !== undefined) return shared;
  holder[STORAGE] ??= new AsyncLocalStorage<CarriedContext | undefined>();
  return holder[STORAGE];
}

/** The context of the request that the running code serves; undefined outside of any request. */
export function current(): MeshContext | undefined {
  return currentCarried();
}

/** The same as {@link current}, for those who send it on. Creates no AsyncLocalStorage where nobody entered one. */
export function currentCarried(): CarriedContext | undefined {
  return (openTelemetryStorage() ?? holder[STORAGE])?.getStore();
}

/** Calls `callback` with `context` in force, in everything that it starts too; undefined puts none in force. */
export function enter<Result>(context: CarriedContext | undefined, callback: () => Result): Result {
  return storage().run(context, callback);
}

/**
 * Calls `callback` with `context` in force, in everything that it starts too: for work that comes in by other
 * ways than HTTP, such as a queue. Returns what `callback` returns, a promise too.
 * @throws MeshspanError MESHSPAN_ERR_CONTEXT where `context` was not made by extract() or current().
 * @example
 * await run(extract(message.headers), () => handle(message));
 */
export function run<Result>(context: MeshContext, callback: () => Result): Result {
  if (typeof context !== 'object' || context === null || !(CARRIED in context)) {
    const mend = 'Make one by extract(headers).';
    throw new MeshspanError('MESHSPAN_ERR_CONTEXT', 'run(context)', context, mend);
  }
  return enter(context as CarriedContext, callback);
}

/**
 * Returns `callback` tied to the context in force now, for code that calls it from elsewhere: a pool, an
 * emitter, a batch. With none in force it runs in none. OpenTelemetry's active span is tied with it.
 * @throws TypeError where `callback` is not a function.
 * @example
 * emitter.on('reply', bind((reply) => fetch('http://orders/', { body: reply })));
 */
export function bind<Arguments extends unknown[], Result>(
  callback: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  // Every AsyncLocalStorage is tied, ours and OpenTelemetry's alike.
  return AsyncResource.bind(callback);
}
