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
  /** Starts the services of all cases, and proves them. */
  start(): Promise<ReadonlyMap<string, Service>>;
  readonly rounds: number;
  readonly burstMs: number;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Enough that a service always has a request waiting, as in test/bench/filter/cases.ts. */
const CONNECTIONS = 32;

/** Rounds that come first and do not count, in which V8 compiles what is hot. */
const WARM_UP = 4;

/**
 * Rounds after which all services are started anew: V8 compiles by what it happens to see, so that two processes of one
 * program differ by a tenth for as long as they live.
 */
const ROUNDS_OF_A_PROCESS = 4;

/**
 * Measures all cases in turn, round after round, in services of {@link ROUNDS_OF_A_PROCESS}. A group's cases follow
 * one another within a second or two, so that whatever changes on the machine changes for all that are compared;
 * every round begins with another.
 */
export async function measureRounds(groups: readonly Group[], options: RoundOptions): Promise<Measured> {
  const { rounds, progress } = options;
  const measured = new Map<string, number[]>();
  for (let before = 0; before < rounds; before += ROUNDS_OF_A_PROCESS) {
    const services = await options.start();
    const until = Math.min(before + ROUNDS_OF_A_PROCESS, rounds);
    for (let round = before + 1 - WARM_UP; round <= until; round++) {
      const counts = round > before;
      progress(counts ? `round ${round} of ${rounds} …` : 'warming up …');
      for (const one of groups.flatMap(({ cases }) => turned(cases, round + WARM_UP))) {
        const used = await measure(one, services, options);
        if (counts) measured.set(one.id, [...(measured.get(one.id) ?? []), used]);
      }
    }
    await Promise.all([...services.values()].map((service) => service.stop()));
  }
  return measured;
}

function turned(cases: readonly Case[], round: number): readonly Case[] {
  const start = round % cases.length;
  return [...cases.slice(start), ...cases.slice(0, start)];
}

async function measure(
  { id }: Case,
  services: ReadonlyMap<string, Service>,
  options: RoundOptions,
): Promise<number> {
  const { machine, burstMs, signal } = options;
  signal.throwIfAborted();
  const service = services.get(id);
  if (service === undefined) throw new RangeError(`no service ${id}`);
  const load = { url: service.url, headers: HEADERS, connections: CONNECTIONS, milliseconds: burstMs };
  // A service that was idle has lost the shapes of its objects to a collection, and with them its compiled code.
  await sendRequests(machine, load);
  const before = await cpuTimeOf(service.pid);
  const answered = await sendRequests(machine, load);
  return ((await cpuTimeOf(service.pid)) - before) / 1000 / answered;
}
