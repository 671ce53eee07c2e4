import { cpuTimeOf } from '../cpu.ts';
import { sendRequests } from '../load.ts';
import type { Machine } from '../machine.ts';
import { type Case, type Group, HEADERS } from './cases.ts';
import type { Service } from './services.ts';

/** µs of a service's CPU time a request, by case, one for each round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

/** How long and how often is measured. */
export interface RoundOptions {
  readonly machine: Machine;
  readonly services: ReadonlyMap<string, Service>;
  readonly rounds: number;
  readonly burstMs: number;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Enough that a service always has a request waiting, as in test/bench/filter/cases.ts. */
const CONNECTIONS = 32;

/** Rounds that come first and do not count, in which V8 compiles what is hot. */
const WARM_UP = 3;

/**
 * Measures all cases in turn, round after round. A group's cases follow one another within a second or two, so
 * that whatever changes on the machine changes for all that are compared; every round begins with another.
 */
export async function measureRounds(groups: readonly Group[], options: RoundOptions): Promise<Measured> {
  const { rounds, progress } = options;
  const measured = new Map<string, number[]>();
  for (let round = 1 - WARM_UP; round <= rounds; round++) {
    progress(round < 1 ? 'warming up …' : `round ${round} of ${rounds} …`);
    for (const { cases } of groups) {
      const start = Math.abs(round) % cases.length;
      for (const one of [...cases.slice(start), ...cases.slice(0, start)]) {
        const used = await measure(one, options);
        if (round >= 1) measured.set(one.id, [...(measured.get(one.id) ?? []), used]);
      }
    }
  }
  return measured;
}

async function measure({ id }: Case, options: RoundOptions): Promise<number> {
  const { machine, services, burstMs, signal } = options;
  signal.throwIfAborted();
  const service = services.get(id);
  if (service === undefined) throw new RangeError(`no service ${id}`);
  const load = { url: service.url, headers: HEADERS, connections: CONNECTIONS, milliseconds: burstMs };
  const before = await cpuTimeOf(service.pid);
  const answered = await sendRequests(machine, load);
  return ((await cpuTimeOf(service.pid)) - before) / 1000 / answered;
}
