/** `npm run bench -- filter|sdk`. Figures go to stdout and into docs/performance.md, progress to stderr. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endWith, printHelpIfAsked, readCommandLine, wholeNumber } from '../command-line.ts';
import type { FilterResult } from './filter/result.ts';
import { runFilterBenchmark } from './filter/run.ts';
import { asText as filterText } from './filter/table.ts';
import { type Subject, writeCosts, writePage } from './page.ts';
import { runSdkBenchmark } from './sdk/run.ts';
import { asText as sdkText } from './sdk/table.ts';

const USAGE = 'filter|sdk [--json] [--rounds N] [--burst MS] [--requests N] [--no-page]';
const HELP = `npm run bench -- ${USAGE}

  --json        print the figures as one JSON object
  --rounds N    measure N times in turn (default 8)
  --burst MS    milliseconds of load for each case of a round (default 250)
  --requests N  sdk: requests over which the heap is watched (default 1000000)
  --no-page     leave docs/performance.md as it is

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 ended by a signal.`;
const COSTS = join(import.meta.dirname, '../../cli/src/explain/measured-cost.json');
const PAGE = join(import.meta.dirname, '../../docs/performance.md');

const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort());

try {
  printHelpIfAsked(HELP);
  const { subject, json, page, ...options } = readOptions();
  const progress = (text: string): void => console.error(`· ${text}`);
  const { result, text, costs } = await measure(subject, { ...options, progress, signal: ending.signal });
  if (page) await writePage(PAGE, subject, text);
  if (page && costs !== undefined) await writeCosts(COSTS, costs);
  console.log(json ? JSON.stringify(result, undefined, 2) : text);
} catch (error) {
  endWith(error, ending.signal);
}

async function measure(
  subject: Subject,
  options: Parameters<typeof runSdkBenchmark>[0],
): Promise<{ result: unknown; text: string; costs?: FilterResult }> {
  if (subject === 'sdk') {
    const result = await runSdkBenchmark(options);
    return { result, text: sdkText(result) };
  }
  const result = await runFilterBenchmark(options);
  return { result, text: filterText(result), costs: result };
}

function readOptions(): {
  subject: Subject;
  json: boolean;
  page: boolean;
  rounds: number;
  burstMs: number;
  requests: number;
} {
  return readCommandLine('npm run bench', USAGE, () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      allowNegative: true,
      options: {
        json: { type: 'boolean', default: false },
        page: { type: 'boolean', default: true },
        rounds: { type: 'string', default: '8' },
        burst: { type: 'string', default: '250' },
        requests: { type: 'string', default: '1000000' },
      },
    });
    const subject = positionals.join(' ');
    if (subject !== 'filter' && subject !== 'sdk') throw new TypeError(`got "${subject}"`);
    return {
      ...{ subject, json: values.json, page: values.page },
      rounds: wholeNumber('--rounds', values.rounds, 1, 1000),
      // Below 200 ms wrk, which looks at the clock every 100 ms, has hardly begun.
      burstMs: wholeNumber('--burst', values.burst, 200, 5000),
      requests: wholeNumber('--requests', values.requests, 1, 1e9),
    };
  });
}
