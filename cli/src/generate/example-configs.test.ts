import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { exampleConfigs } from './example-configs.ts';

const FOLDER = fileURLToPath(new URL('../../../envoy-configs/', import.meta.url));

it('envoy-configs/ holds what the generator writes: else run `npm run generate`', async () => {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(FOLDER, join(parentPath, name)))
    .sort();
  expect(files).toEqual([...exampleConfigs().keys()].sort());
  for (const [file, text] of exampleConfigs()) {
    expect(await readFile(`${FOLDER}${file}`, 'utf8')).toBe(text);
  }
});
