import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { ERROR_CODES } from './errors.ts';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

it('docs/errors.md explains each code of the command and of the filter, and no other', async () => {
  const explained = [...(await read('docs/errors.md')).matchAll(/^\| `(MESHSPAN_\w+)` /gm)].map(
    ([, code]) => code,
  );
  const filter = await read('filter/assembly/config/problems.ts');
  const used = [
    ...[...filter.matchAll(/'(MESHSPAN_CONFIG_\w+)'/g)].map(([, code]) => code),
    ...Object.keys(ERROR_CODES),
    ...[...(await read('scripts/install.mjs')).matchAll(/MESHSPAN_ERR_INSTALL/g)].map(([code]) => code),
  ];
  expect(explained.sort()).toEqual(used.sort());
});
