import { statusName } from './abi.ts';
import { show } from './bytes.ts';

/** What stands in a record for a range that the module gave and that is not in its memory. */
export const OUT_OF_BOUNDS = 'out of bounds';

export type Argument = string | number | bigint | Uint8Array | undefined;

/** A host call that the module made. */
export interface Call {
  readonly name: string;
  /** Undefined for a range outside the module's memory. */
  readonly arguments: readonly Argument[];
  readonly status: number;
  /** What the host handed over, where the call asks for something and got it. */
  readonly value: Argument;
}

/** The calls between the host and the module, in order. Off until `start`: a soak has no use for it. */
export class CallRecord {
  #calls: Call[] = [];
  #entries: string[] = [];
  #on = false;

  /** Forgets what was recorded, and records from here on. */
  start(): void {
    this.#calls = [];
    this.#entries = [];
    this.#on = true;
  }

  stop(): void {
    this.#on = false;
  }

  call(call: Call): void {
    if (this.#on) this.#calls.push(call);
  }

  /** The host enters the module: a callback, or the allocation of memory. */
  entry(name: string): void {
    if (this.#on) this.#entries.push(name);
  }

  /** Host calls since `start`, one line each: `name(arguments) = status value`. */
  get calls(): string[] {
    return this.#calls.map(showCall);
  }

  /** Exported functions that the host called since `start`. Each one is a VM entry, which costs time. */
  get entries(): readonly string[] {
    return this.#entries;
  }
}

function showCall(call: Call): string {
  const value = call.value === undefined ? '' : ` ${showArgument(call.value)}`;
  return `${call.name}(${call.arguments.map(showArgument).join(', ')}) = ${statusName(call.status)}${value}`;
}

function showArgument(argument: Argument): string {
  if (argument === undefined) return OUT_OF_BOUNDS;
  return argument instanceof Uint8Array ? show(argument) : String(argument);
}
