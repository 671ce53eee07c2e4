/** Target `envoy`: a whole static bootstrap for each plain Envoy, and the parts for an existing configuration. */
import { envoyBootstrap } from '../envoy-config/bootstrap.ts';
import { yamlFile } from '../print.ts';
import type { GeneratedFile, Generation, Target } from '../target.ts';
import { bootstrapComments } from './comments.ts';
import { optionsOf } from './options.ts';
import { snippetFile } from './snippet.ts';

export const envoyTarget: Target = {
  name: 'envoy',
  summary: 'plain Envoy: a whole bootstrap, and the parts for an existing configuration',
  generate(generation) {
    const { envoy } = generation.mesh;
    const bootstraps = envoy.map((proxy): GeneratedFile => {
      const options = optionsOf(generation, proxy);
      // Of several each has a folder of its own.
      const path = envoy.length === 1 ? 'envoy/bootstrap.yaml' : `envoy/${proxy.name}/bootstrap.yaml`;
      const document = { value: envoyBootstrap(options), comments: bootstrapComments(options, generation) };
      return { path, text: yamlFile(title(generation, path), [document], generation) };
    });
    return [...bootstraps, snippetFile(generation)];
  },
};

function title({ mesh, filterConfiguration }: Generation, path: string): string {
  const place = `, with the filter (meshspan.wasm) at ${mesh.filter.path}`;
  return `A whole Envoy: envoy -c ${path}${filterConfiguration === undefined ? '' : place}.`;
}
