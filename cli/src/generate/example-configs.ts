import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { NEWEST } from '../config/versions.ts';
import { generateFiles } from './targets.ts';

/** The definitions of the examples, the folder of envoy-configs that each is generated into, and its targets. */
const EXAMPLES = [
  { definition: 'examples/shop/meshspan.yaml', folder: 'shop', targets: ['envoy'] },
  {
    definition: 'examples/shop/istio/meshspan.yaml',
    folder: 'shop-istio',
    targets: ['istio', 'collector', 'logs', 'metrics', 'dashboards', 'kiali'],
  },
] as const;

const ROOT = new URL('../../../', import.meta.url);

/** The files of `envoy-configs/`: their text by their path in that folder. */
export function exampleConfigs(): Map<string, string> {
  const files = EXAMPLES.flatMap(({ definition, folder, targets }) => {
    const text = readFileSync(fileURLToPath(new URL(definition, ROOT)), 'utf8');
    const mesh = toMesh(parseSource(text, definition));
    return generateFiles(targets, mesh, NEWEST).map(({ path, text }) => [`${folder}/${path}`, text] as const);
  });
  return new Map(files);
}
