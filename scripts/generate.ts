/** Writes `envoy-configs/`, the generated configuration of the examples. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exampleConfigs } from '@meshspan/cli/generate/example-configs.ts';

const folder = join(import.meta.dirname, '../envoy-configs');
await rm(folder, { recursive: true, force: true });
for (const [file, text] of exampleConfigs()) {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
