import { readFile, writeFile } from 'node:fs/promises';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import type { FilterResult } from './filter/result.ts';

/** What `meshspan explain` tells of costs, in µs a request: cli/src/explain/cost.ts reads it. */
export async function writeCosts(
  path: string,
  { date, envoy, added, furtherAttribute }: FilterResult,
): Promise<void> {
  const of = (id: string): number => Number((added[id] ?? 0).toFixed(2));
  const costs = {
    ...{ date: date.slice(0, 10), envoy },
    filterOfThree: of('meshspan'),
    requestFilterOfThree: of('meshspan-request'),
    furtherAttribute: Number(furtherAttribute.median.toFixed(2)),
    nativeTagsOfThree: of('native'),
    filterAndTagsOfThree: of('meshspan-traced'),
  };
  await writeFile(path, `${JSON.stringify(costs, null, 2)}\n`);
}

/** What is measured, by the name on the command line and in the page's markers. */
export type Subject = 'filter' | 'sdk';

const NAMES: Readonly<Record<Subject, string>> = { filter: 'filter', sdk: 'SDK' };

/** Puts the figures between the subject's markers in the page; what stands around them is left as it is. */
export async function writePage(path: string, subject: Subject, figures: string): Promise<void> {
  const name = NAMES[subject];
  const opening = `<!-- figures of the ${name}: written by \`npm run bench -- ${subject}\`, never by hand -->`;
  const closing = `<!-- end of the figures of the ${name} -->`;
  const page = await readFile(path, 'utf8');
  const start = page.indexOf(opening);
  const end = page.indexOf(closing);
  if (start < 0 || end < start) {
    throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
      expected: `the lines "${opening}" and "${closing}"`,
      ...{ got: 'not both of them, or in another order', where: path, mend: 'put them back' },
    });
  }
  const before = page.slice(0, start + opening.length);
  await writeFile(path, `${before}\n\n${figures.trim()}\n\n${page.slice(end)}`);
}
