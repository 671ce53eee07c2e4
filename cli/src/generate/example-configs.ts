import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { NEWEST } from '../config/versions.ts';
import { generateFiles } from './targets.ts';

/** The examples and the targets that each is generated for. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = { shop: ['envoy'] };

const ROOT = new URL('../../../', import.meta.url);

/** The files of `envoy-configs/`: their text by their path in that folder. */
export function exampleConfigs(): Map<string, string> {
  const files = Object.entries(EXAMPLES).flatMap(([example, targets]) => {
    const path = `examples/${example}/meshspan.yaml`;
    const mesh = toMesh(parseSource(readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8'), path));
    return generateFiles(targets, mesh, NEWEST).map(
      ({ path, text }) => [`${example}/${path}`, text] as const,
    );
  });
  return new Map(files);
}
