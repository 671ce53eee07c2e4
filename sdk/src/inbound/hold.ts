import type { IncomingMessage } from 'node:http';
import { type CarriedContext, currentCarried, enter } from '../context.ts';
import { rememberForRequest } from '../otel/context-storage.ts';

type Emit = IncomingMessage['emit'];

/** Where a request keeps the context of its listeners, and an `emit` of its own that somebody gave it before. */
const CONTEXT = Symbol('meshspan.context');
const EMIT = Symbol('meshspan.emit');
interface Held extends IncomingMessage {
  [CONTEXT]?: CarriedContext;
  [EMIT]?: Emit;
}

/**
 * Keeps `context` in force for the listeners of the request's own events. Node's parser emits `data`, `end`,
 * `close` and `aborted` in a context of its own, in which every AsyncLocalStorage is empty; so the request
 * gets an `emit` of its own. Its prototype is left alone, and so is every other emitter.
 */
export function holdInEvents(request: IncomingMessage, context: CarriedContext): void {
  const held: Held = request;
  if (held[CONTEXT] === undefined && Object.hasOwn(request, 'emit')) held[EMIT] = request.emit;
  held[CONTEXT] = context;
  // One function for all requests: V8 inlines it, and no request pays for a closure.
  request.emit = emitInContext;
  rememberForRequest(context);
}

const emitInContext: Emit = function (this: Held, ...args: unknown[]): boolean {
  const emit = this[EMIT] ?? inheritedEmit(this);
  const context = this[CONTEXT];
  // Most requests have no body, and nobody who listens.
  if (this.listenerCount(args[0] as string) === 0 || currentCarried() === context) {
    return Reflect.apply(emit, this, args);
  }
  return enter(context, () => Reflect.apply(emit, this, args));
};

/** The one that ours stands before; `this` may be an Object.create(request), which has ours twice removed. */
function inheritedEmit(request: IncomingMessage): Emit {
  let prototype = Object.getPrototypeOf(request) as IncomingMessage;
  while (prototype.emit === emitInContext) prototype = Object.getPrototypeOf(prototype);
  return prototype.emit;
}
