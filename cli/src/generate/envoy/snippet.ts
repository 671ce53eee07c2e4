/** envoy/snippet.yaml: what an Envoy that is there already needs, in parts that are named after where they go. */

import type { PlainEnvoy } from '../../config/model.ts';
import { envoyRoutes } from '../envoy-config/bootstrap.ts';
import { connectionManager } from '../envoy-config/connection-manager.ts';
import { collectorCluster } from '../envoy-config/tracer.ts';
import { yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import { collectorComment, managerComments, routesComment, STATS_TAGS, under } from './comments.ts';
import { optionsOf } from './options.ts';

const TITLE = `Parts for an Envoy that is there already: no configuration by itself.
Each field below http_connection_manager, virtual_host and bootstrap goes into the one that you have;
entries of a list beside those that are in it.`;

export function snippetFile(generation: Generation): GeneratedFile {
  const { mesh } = generation;
  // What differs between the Envoys of a mesh is their own matter, but for service.name.
  const options = optionsOf(generation, mesh.envoy[0] as PlainEnvoy);
  const { http_filters, ...manager } = connectionManager(options);
  const samples = options.samplesBy !== undefined;
  const stats_tags = options.statsTags ?? [];
  const value = {
    http_connection_manager: { ...manager, http_filters: http_filters.slice(0, -1) },
    ...(samples ? { virtual_host: { routes: envoyRoutes(options) } } : {}),
    bootstrap: {
      ...(stats_tags.length > 0 ? { stats_config: { stats_tags } } : {}),
      static_resources: { clusters: [collectorCluster(options.tracing)] },
    },
  };
  const comments = {
    ...under('http_connection_manager', {
      ...managerComments(options, generation),
      http_filters: 'In front of the router, behind what authenticates (jwt_authn).',
    }),
    ...(samples
      ? { 'virtual_host.routes': `${routesComment(mesh)}\nDo the same with each of your routes.` }
      : {}),
    ...(stats_tags.length > 0 ? { 'bootstrap.stats_config.stats_tags': STATS_TAGS } : {}),
    'bootstrap.static_resources.clusters.0': collectorComment(mesh),
  };
  return { path: 'envoy/snippet.yaml', text: yamlFile(TITLE, [{ value, comments }], generation) };
}
