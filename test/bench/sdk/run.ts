import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAfterDeath } from '@meshspan/cli/process/after-death.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { requireWrk } from '../load.ts';
import { describeMachine } from '../machine.ts';
import { groupsFor } from './cases.ts';
import { measureMemory } from './memory.ts';
import { measureCodecs, measureImports, measureSize } from './package-cost.ts';
import { fillWorkplace } from './peers.ts';
import { evaluateCodecs, evaluateGroups, type SdkResult } from './result.ts';
import { measureRounds } from './rounds.ts';
import { prove, type Service, startDownstream, startService } from './services.ts';

const SDK = join(import.meta.dirname, '../../../sdk');

/** What a run is asked for. */
export interface RunOptions {
  readonly rounds: number;
  readonly burstMs: number;
  /** Requests over which the heap is watched. */
  readonly requests: number;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Starts every service, proves them, and measures. Leaves nothing running. */
export async function runSdkBenchmark(options: RunOptions): Promise<SdkResult> {
  const { progress } = options;
  const [load = 0] = loadavg();
  await requireWrk();
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-bench-'));
  const forget = runAfterDeath('rm', ['-rf', folder]);
  const running: Service[] = [];
  try {
    const machine = await describeMachine();
    const workplace = await fillWorkplace(folder, progress);
    const downstream = await startDownstream(machine, workplace);
    running.push(downstream);
    const groups = groupsFor(Object.keys(workplace.runtimes).sort().reverse());
    const start = async (): Promise<ReadonlyMap<string, Service>> => {
      progress(`starting ${groups.length * 4} services …`);
      const services = new Map<string, Service>();
      for (const one of groups.flatMap(({ cases }) => cases)) {
        const service = await startService(machine, workplace, one, downstream);
        running.push(service);
        services.set(one.id, service);
        await prove(one, service);
      }
      return services;
    };
    const measured = await measureRounds(groups, { ...options, machine, start });
    progress('reading and writing headers …');
    const codecs: SdkResult['codecs'] = Object.fromEntries(
      await inTurn(Object.entries(workplace.runtimes), async ([runtime, node]) => [
        runtime,
        evaluateCodecs(await measureCodecs(workplace, node)),
      ]),
    );
    progress('importing …');
    const imports = await measureImports(workplace, process.execPath);
    progress(`memory over ${options.requests} requests …`);
    const newest = Object.keys(workplace.runtimes).sort().at(-1) ?? '';
    const memory = await measureMemory(machine, workplace, newest, downstream, options);
    return {
      unit: 'µs of CPU time of the service process per request',
      date: new Date().toISOString(),
      ...{ machine, load, rounds: options.rounds, packages: workplace.packages },
      runtimes: Object.fromEntries(
        await inTurn(Object.entries(workplace.runtimes), async ([runtime, node]) => [
          runtime,
          (await run(node, ['--version'])).stdout.trim(),
        ]),
      ),
      groups: evaluateGroups(groups, measured),
      ...{ codecs, imports, installed: await measureSize(SDK), memory },
    };
  } finally {
    await Promise.all(running.map((service) => service.stop()));
    await rm(folder, { recursive: true, force: true });
    forget();
  }
}

/** One after the other: two that run at once would disturb each other. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
