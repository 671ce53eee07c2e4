import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { MISTAKE_CODES } from './config/mistakes.ts';
import { ERROR_CODES } from './errors.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/errors.md explains each code of the filter, of meshspan.yaml and of the command, and no other', async () => {
  const explained = [...(await read('docs/errors.md')).matchAll(/^\| `(MESHSPAN_\w+)` /gm)].map(
    ([, code]) => code,
  );
  // Of the filter and of meshspan.yaml alike are in the filter's table.
  const filter = await read('filter/assembly/config/problems.ts');
  const ofFilter = new Set(
    [...filter.matchAll(/'(MESHSPAN_CONFIG_\w+)'/g)].map(([, code]) => code as string),
  );
  const used = [
    ...ofFilter,
    ...Object.keys(MISTAKE_CODES).filter((code) => !ofFilter.has(code)),
    ...Object.keys(ERROR_CODES),
    ...[...(await read('scripts/install.mjs')).matchAll(/MESHSPAN_ERR_INSTALL/g)].map(([code]) => code),
  ];
  expect(explained.sort()).toEqual(used.sort());
});
