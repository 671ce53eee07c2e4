/** TrafficExtension (extensions.istio.io/v1alpha1, Istio 1.30), which supersedes WasmPlugin. */
import { isAtLeast } from '../../config/versions.ts';
import { MeshspanError } from '../../errors.ts';
import { type YamlDocument, yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import { placements } from './placement.ts';
import { resource } from './resource.ts';
import { commentsOf, moduleOf, orderOf } from './wasm-plugin.ts';

const KIND = { apiVersion: 'extensions.istio.io/v1alpha1', kind: 'TrafficExtension' } as const;
const SINCE = '1.30';

/** Throws MESHSPAN_ERR_UNSUPPORTED before Istio 1.30, whose API server does not know the kind. */
export function trafficExtensions(generation: Generation, configuration: object): GeneratedFile {
  const { mesh, versions } = generation;
  if (!isAtLeast(versions.istio, SINCE)) {
    throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
      ...{ expected: `Istio ${SINCE} or later for trafficExtension`, got: versions.istio },
      ...{ where: 'meshspan.yaml: filter.attach', mend: 'set it to wasmPlugin, or choose a later --istio' },
    });
  }
  const documents = placements(mesh).map((placement): YamlDocument => {
    const order = orderOf(generation);
    const wasm = moduleOf(generation, configuration);
    return {
      comment: `For ${placement.proxies}.`,
      value: resource(KIND, placement, mesh, { ...order, wasm }),
      comments: { ...commentsOf(order, 'spec', generation), ...commentsOf(wasm, 'spec.wasm', generation) },
    };
  });
  return {
    path: 'istio/traffic-extension.yaml',
    text: yamlFile('The filter in the proxies: kubectl apply -f <this file>', documents, generation),
  };
}
