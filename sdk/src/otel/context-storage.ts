import type { CarriedContext, ContextStorage } from '../context.ts';

/**
 * OpenTelemetry's globals, found without depending on `@opentelemetry/api`: every 1.x copy of it keeps them
 * under this one symbol, so that copies can be mixed (api/src/internal/global-utils.ts).
 */
const API = Symbol.for('opentelemetry.js.api.1');
const globals = globalThis as { [API]?: { readonly context?: ContextManager } };

interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
}

interface ContextManager {
  active(): Context;
  with<Result>(context: Context, callback: () => Result): Result;
}

/** Key of our context within OpenTelemetry's. Null stands for "none", as undefined means "look further". */
const KEY = Symbol.for('meshspan.context.1');

/**
 * Key of an object that OpenTelemetry's http instrumentation makes for each incoming request
 * (@opentelemetry/core, src/trace/rpc-metadata.ts).
 */
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');

/**
 * Our context by that object. The instrumentation ties the listeners of a request and a response to a context
 * that it made before any middleware ran (contextManager.bind), hence one without our key; but with this.
 */
const byRequest = new WeakMap<object, CarriedContext>();

/** Keeps the context in OpenTelemetry's own, where a context manager is registered; else undefined. */
export function openTelemetryStorage(): ContextStorage | undefined {
  return globals[API]?.context === undefined ? undefined : storage;
}

/** Makes `context` known to the listeners that OpenTelemetry ties to the running request. */
export function rememberForRequest(context: CarriedContext): void {
  const request = globals[API]?.context?.active().getValue(RPC_METADATA);
  if (typeof request === 'object' && request !== null) byRequest.set(request, context);
}

const storage: ContextStorage = {
  getStore() {
    const active = globals[API]?.context?.active();
    const context = active?.getValue(KEY) as CarriedContext | null | undefined;
    if (context !== undefined) return context ?? undefined;
    const request = active?.getValue(RPC_METADATA) as object | undefined;
    return request === undefined ? undefined : byRequest.get(request);
  },
  run(context, callback) {
    const manager = globals[API]?.context as ContextManager;
    return manager.with(manager.active().setValue(KEY, context ?? null), callback);
  },
};
