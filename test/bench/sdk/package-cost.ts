import { join } from 'node:path';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { type Summary, summarize } from '../statistics.ts';
import { HEADERS } from './cases.ts';
import type { Workplace } from './peers.ts';

const MEND = 'look at what it printed';

/** Nanoseconds, by direction and by who does it. */
export type Codecs = Readonly<Record<'extract' | 'inject', Readonly<Record<string, readonly number[]>>>>;

/** Runs codecs.cjs on one Node. */
export async function measureCodecs({ folder }: Workplace, node: string): Promise<Codecs> {
  const text = await runOrFail(node, [join(folder, 'codecs.cjs'), JSON.stringify(HEADERS)], MEND);
  return (JSON.parse(text) as { measured: Codecs }).measured;
}

/** What a service's start pays for, each loaded in a process of its own. */
const IMPORTS: Readonly<Record<'meshspan' | 'opentelemetry', string>> = {
  meshspan: "await import('meshspan/express')",
  opentelemetry:
    "for (const name of ['sdk-trace-node', 'instrumentation-http', 'instrumentation-express', 'propagator-b3']) " +
    "await import('@opentelemetry/' + name)",
};

const STARTS = 20;

/** Milliseconds that it takes to import, in turn. */
export async function measureImports(
  { folder }: Workplace,
  node: string,
): Promise<Readonly<Record<'meshspan' | 'opentelemetry', Summary>>> {
  const times: Record<string, number[]> = { meshspan: [], opentelemetry: [] };
  for (let start = 0; start < STARTS; start++) {
    for (const [name, source] of Object.entries(IMPORTS)) {
      const program = `const started = performance.now(); ${source}; console.log(performance.now() - started);`;
      const args = ['--input-type=module', '--eval', program];
      const text = await runOrFail('env', ['-C', folder, node, ...args], MEND);
      times[name]?.push(Number(text));
    }
  }
  return { meshspan: summarize(times.meshspan ?? []), opentelemetry: summarize(times.opentelemetry ?? []) };
}

/** Bytes of the package as it is installed, by `npm pack`. */
export async function measureSize(sdk: string): Promise<number> {
  const args = ['-C', sdk, 'npm', 'pack', '--dry-run', '--json', '--ignore-scripts'];
  const text = await runOrFail('env', args, MEND);
  const packed = JSON.parse(text) as { unpackedSize: number }[] | Record<string, { unpackedSize: number }>;
  const [first] = Object.values(packed);
  if (first === undefined) throw new RangeError(`npm pack told nothing: ${text}`);
  return first.unpackedSize;
}
