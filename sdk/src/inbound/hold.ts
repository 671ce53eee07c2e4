import type { IncomingMessage } from 'node:http';
import { type CarriedContext, currentCarried, enter } from '../context.ts';
import { rememberForRequest } from '../otel/context-storage.ts';

/**
 * Keeps `context` in force for the listeners of the request's own events. Node's parser emits `data`, `end`,
 * `close` and `aborted` in a context of its own, in which every AsyncLocalStorage is empty; so the request
 * gets an `emit` of its own. Its prototype is left alone, and so is every other emitter.
 */
export function holdInEvents(request: IncomingMessage, context: CarriedContext): void {
  const { emit } = request;
  request.emit = function (this: IncomingMessage, ...args: Parameters<typeof emit>) {
    // Most requests have no body, and nobody who listens.
    if (this.listenerCount(args[0]) === 0 || currentCarried() === context) return emit.apply(this, args);
    return enter(context, () => emit.apply(this, args));
  } as typeof emit;
  rememberForRequest(context);
}
