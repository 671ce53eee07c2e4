/** What the collector of the target collector has to do more for spans of Linkerd: they do not say their cluster. */
import type { Mesh } from '../../config/model.ts';
import { nodeAttribute } from '../../plan/trace-query.ts';
import { loadBalancer, singleTier } from '../collector/configuration.ts';
import type { YamlDocument } from '../print.ts';

const PROCESSOR = 'attributes/linkerd';

/** Key under which spans have the cluster here: that of the attribute which is the cluster in Envoy. */
export function clusterKey(mesh: Mesh): string {
  return nodeAttribute(mesh, 'CLUSTER_ID') ?? 'cluster';
}

/** A second --config: the collector puts it over the first, lists as a whole. */
export function collectorOverlay(mesh: Mesh): YamlDocument {
  const { value } = mesh.collector.tiers === 1 ? singleTier(mesh) : loadBalancer(mesh);
  const { pipelines } = (value as { service: { pipelines: Pipelines } }).service;
  const [limiter, ...others] = pipelines.traces.processors;
  const action = { key: clusterKey(mesh), action: 'insert', value: `\${env:CLUSTER}` };
  return {
    value: {
      processors: { [PROCESSOR]: { actions: [action] } },
      service: { pipelines: { traces: { processors: [limiter, PROCESSOR, ...others] } } },
    },
    comments: {
      'service.pipelines.traces.processors': `Those of the first file, and ${PROCESSOR} in front of sampling. insert: what a service says itself stays.`,
    },
  };
}

interface Pipelines {
  readonly traces: { readonly processors: readonly string[] };
}
