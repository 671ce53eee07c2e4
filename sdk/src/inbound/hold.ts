import type { EventEmitter } from 'node:events';
import { type CarriedContext, currentCarried, enter } from '../context.ts';

type Emit = EventEmitter['emit'];

/** Where a request or response keeps the context of its listeners, and an `emit` of its own that somebody gave it before. */
const CONTEXT = Symbol('meshspan.context');
const EMIT = Symbol('meshspan.emit');
interface Held extends EventEmitter {
  [CONTEXT]?: CarriedContext;
  [EMIT]?: Emit;
}

/**
 * Keeps `context` in force for the listeners of a request's or a response's own events. Node's parser emits
 * `data`, `end`, `close` and `aborted` of a request in a context of its own, in which every AsyncLocalStorage is
 * empty; and it sends a pipelined answer from within the one before (lib/_http_server.js, resOnFinish), so that
 * `finish` would come in another request's context. So each gets an `emit` of its own. Its prototype is left
 * alone, and so is every other emitter.
 */
export function holdInEvents(emitter: EventEmitter, context: CarriedContext): void {
  const held: Held = emitter;
  if (held[CONTEXT] === undefined && Object.hasOwn(emitter, 'emit')) held[EMIT] = emitter.emit;
  held[CONTEXT] = context;
  // One function for all of them: V8 inlines it, and no request pays for a closure.
  emitter.emit = emitInContext;
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
function inheritedEmit(emitter: EventEmitter): Emit {
  let prototype = Object.getPrototypeOf(emitter) as EventEmitter;
  while (prototype.emit === emitInContext) prototype = Object.getPrototypeOf(prototype);
  return prototype.emit;
}
