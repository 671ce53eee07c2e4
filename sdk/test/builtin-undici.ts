import type { Agent } from 'undici';

const major = Number.parseInt(process.versions.undici ?? '', 10);

/** Where Node's own undici, loaded when one of its classes is first touched, keeps its dispatcher. */
export const GLOBAL_DISPATCHER: symbol = Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);
void globalThis.Headers;
const made = (globalThis as unknown as Record<symbol, Agent>)[GLOBAL_DISPATCHER];

/**
 * The Agent of Node's own undici, which has no public name: the class of the dispatcher that it makes for
 * itself. Import this before any undici package, which would take its place.
 */
export const BuiltinAgent: typeof Agent = made?.constructor as typeof Agent;
