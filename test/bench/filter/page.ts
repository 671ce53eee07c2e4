import { readFile, writeFile } from 'node:fs/promises';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import type { FilterResult } from './result.ts';
import { asText } from './table.ts';

const START = '<!-- figures of the filter: written by `npm run bench -- filter`, never by hand -->';
const END = '<!-- end of the figures of the filter -->';

/** Puts the figures between the markers of the page; what stands around them is left as it is. */
export async function writePage(path: string, result: FilterResult): Promise<void> {
  const page = await readFile(path, 'utf8');
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start < 0 || end < start) {
    throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
      expected: `the lines "${START}" and "${END}"`,
      ...{ got: 'not both of them, or in another order', where: path, mend: 'put them back' },
    });
  }
  const before = page.slice(0, start + START.length);
  await writeFile(path, `${before}\n\n${asText(result).trim()}\n\n${page.slice(end)}`);
}
