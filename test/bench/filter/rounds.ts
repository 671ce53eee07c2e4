import type { RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { cpuTimeOf } from '../cpu.ts';
import { sendRequests } from '../load.ts';
import type { Machine } from '../machine.ts';
import type { Case, Group } from './cases.ts';

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
 * The value of a round is what all its bursts of a case used, over all that they answered.
 */
export async function measureRounds(cases: readonly Case[], options: RoundOptions): Promise<Measured> {
  const { machine, envoy, pid, rounds, burstMs, progress, signal } = options;
  const measured = new Map<string, number[]>(cases.map(({ id }) => [id, []]));
  for (let round = 0; round <= rounds; round++) {
    progress(round === 0 ? 'warming up …' : `round ${round} of ${rounds} …`);
    const sums = new Map(cases.map(({ id }) => [id, { used: 0, answered: 0 }]));
    for (const { id, chain, path = '', headers, connections } of inTurn(cases, round)) {
      signal.throwIfAborted();
      const load = { url: `${envoy.url(chain)}${path}`, headers, connections, milliseconds: burstMs };
      const before = await cpuTimeOf(pid);
      const answered = await sendRequests(machine, load);
      const sum = sums.get(id);
      if (sum === undefined) continue;
      sum.used += (await cpuTimeOf(pid)) - before;
      sum.answered += answered;
    }
    if (round === 0) continue;
    for (const [id, { used, answered }] of sums) measured.get(id)?.push(used / 1000 / answered);
  }
  return measured;
}

/** Times that a round measures the cases which are compared with each other, as few µs are between them. */
const PASSES = 3;
const COMPARED: readonly Group[] = ['filters', 'spans', 'names'];

/**
 * The order of a round. What is compared with peers comes several times, with a part of the others in between.
 * Each pass begins with another case, and every other round goes backwards: no case always follows the same one.
 */
function inTurn(cases: readonly Case[], round: number): readonly Case[] {
  const compared = cases.filter(({ group }) => COMPARED.includes(group));
  const others = cases.filter((one) => !compared.includes(one));
  const share = Math.ceil(others.length / PASSES);
  const order = Array.from({ length: PASSES }, (_, pass) => {
    const start = (round * PASSES + pass) % compared.length;
    const turned = [...compared.slice(start), ...compared.slice(0, start)];
    return [...turned, ...others.slice(pass * share, (pass + 1) * share)];
  }).flat();
  return round % 2 === 0 ? order : order.reverse();
}
