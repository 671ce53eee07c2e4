/** Writes what is generated and checked in: the schema of meshspan.yaml, and `envoy-configs/` of the examples. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { schemaText } from '@meshspan/cli/config/bundle-schema.ts';

await writeFile(join(import.meta.dirname, '../cli/meshspan.schema.json'), schemaText());

// Loaded only now: it reads the schema that was just written.
const { exampleConfigs } = await import('@meshspan/cli/generate/example-configs.ts');
const folder = join(import.meta.dirname, '../envoy-configs');
await rm(folder, { recursive: true, force: true });
for (const [file, text] of exampleConfigs()) {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
