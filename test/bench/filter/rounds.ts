import type { RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { cpuTimeOf } from '../cpu.ts';
import { sendRequests } from '../load.ts';
import type { Machine } from '../machine.ts';
import type { Case } from './cases.ts';

/** µs of Envoy's CPU time a request, by case, one for each round. */
export type Measured = ReadonlyMap<string, readonly number[]>;

/** How long and how often is measured. */
export interface RoundOptions {
  readonly machine: Machine;
  readonly envoy: RunningEnvoy;
  readonly pid: number;
  /** Rounds that count; one more goes before them, in which V8 compiles what is hot. */
  readonly rounds: number;
  readonly burstMs: number;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Measures all cases in turn, round after round, so that what changes on the machine changes for all of them.
 * Each round begins with another case, and every other one goes backwards: no case always follows the same one.
 */
export async function measureRounds(cases: readonly Case[], options: RoundOptions): Promise<Measured> {
  const { machine, envoy, pid, rounds, burstMs, progress, signal } = options;
  const measured = new Map<string, number[]>(cases.map(({ id }) => [id, []]));
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? 'warming up …' : `round ${round} of ${rounds} …`);
    for (const { id, chain, headers, connections } of inTurn(cases, round)) {
      signal.throwIfAborted();
      const load = { url: envoy.url(chain), headers, connections, milliseconds: burstMs };
      const before = await cpuTimeOf(pid);
      const answered = await sendRequests(machine, load);
      const used = (await cpuTimeOf(pid)) - before;
      if (round > 0) measured.get(id)?.push(used / 1000 / answered);
    }
  }
  return measured;
}

function inTurn(cases: readonly Case[], round: number): readonly Case[] {
  // A step that has no factor in common with most lengths, so that the starts spread.
  const start = (round * 7) % cases.length;
  const turned = [...cases.slice(start), ...cases.slice(0, start)];
  return round % 2 === 0 ? turned : turned.reverse();
}
