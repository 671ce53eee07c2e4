import { Status } from './abi.ts';
import type { Argument } from './call-record.ts';
import type { Context } from './context.ts';
import type { GuestMemory } from './guest-memory.ts';
import type { Metrics } from './metrics.ts';
import type { ProxyProcess } from './proxy-process.ts';

/** What a host call answers, and what it hands over with it. */
export interface Answer {
  readonly status: number;
  readonly value?: Argument;
}

/** What the host calls of one VM work on. */
export interface Guest {
  readonly memory: GuestMemory;
  readonly proxy: ProxyProcess;
  readonly metrics: Metrics;
  /** The context that host calls act on: the effective one where it is set, else the one called back. */
  readonly context: Context;
  /** The context that is called back. */
  readonly current: Context;
  /** False when there is no such context. */
  setEffectiveContext(id: number): boolean;
  /** Puts bytes into the module's memory, and their address and size where it asked for them. */
  handOver(bytes: Uint8Array, addressAt: number, sizeAt: number): boolean;
  /** Does a host call, unless the test wants it to fail, and records it. */
  perform(name: string, given: readonly Argument[], act: () => Answer): number;
}

/** The functions of a module's import `env`. */
export type Imports = Record<string, (...raw: number[]) => number>;

export const OK: Answer = { status: Status.Ok };
export const NOT_FOUND: Answer = { status: Status.NotFound };
export const BAD_ARGUMENT: Answer = { status: Status.BadArgument };
export const INVALID_MEMORY: Answer = { status: Status.InvalidMemoryAccess };

/** Hands bytes over, where there are any to give. */
export function giveTo(
  guest: Guest,
  bytes: Uint8Array | undefined,
  addressAt: number,
  sizeAt: number,
): Answer {
  if (bytes === undefined) return NOT_FOUND;
  return guest.handOver(bytes, addressAt, sizeAt) ? { status: Status.Ok, value: bytes } : INVALID_MEMORY;
}
