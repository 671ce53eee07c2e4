/**
 * `npm run bench -- filter [--json] [--rounds N] [--burst MS] [--no-page]`. Figures go to stdout and into
 * docs/performance.md, progress to stderr. Exit codes: 0 done, 1 failed, 2 wrong usage, 130
 * ended by a signal.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMeshspanError, MeshspanError } from '@meshspan/cli/errors.ts';
import { writePage } from './filter/page.ts';
import { runFilterBenchmark } from './filter/run.ts';
import { asText } from './filter/table.ts';

const PAGE = join(import.meta.dirname, '../../docs/performance.md');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

try {
  const { json, page, rounds, burstMs } = readOptions();
  const progress = (text: string): void => console.error(`· ${text}`);
  const result = await runFilterBenchmark({ rounds, burstMs, progress, signal: ending.signal });
  if (page) await writePage(PAGE, result);
  console.log(json ? JSON.stringify(result, undefined, 2) : asText(result));
} catch (error) {
  if (ending.signal.aborted) process.exitCode = 130;
  else {
    console.error(isMeshspanError(error) ? error.message : error);
    const wrongUsage = isMeshspanError(error) && error.code === 'MESHSPAN_ERR_OPTION_INVALID';
    process.exitCode = wrongUsage ? 2 : 1;
  }
}

function readOptions(): { json: boolean; page: boolean; rounds: number; burstMs: number } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: {
        json: { type: 'boolean', default: false },
        page: { type: 'boolean', default: true },
        rounds: { type: 'string', default: '8' },
        burst: { type: 'string', default: '250' },
      },
    });
    if (positionals.join(' ') !== 'filter') throw new TypeError(`got "${positionals.join(' ')}"`);
    return {
      ...{ json: values.json, page: values.page },
      rounds: wholeNumber('--rounds', values.rounds, 1, 1000),
      // Below 200 ms wrk, which looks at the clock every 100 ms, has hardly begun.
      burstMs: wholeNumber('--burst', values.burst, 200, 5000),
    };
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'filter [--json] [--rounds N] [--burst MS] [--no-page]',
      got: cause instanceof Error ? cause.message : String(cause),
      where: 'npm run bench -- …',
      mend: 'call it so',
      cause,
    });
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new TypeError(`${option} ${text}: not a whole number from ${least} to ${most}`);
}
