import { metricLabel, metricLabels } from '../../plan/metric-labels.ts';
import type { Attribute, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import { kindOf } from '../sources.ts';

/** Labels of Istio's own request metrics (https://istio.io/latest/docs/reference/config/metrics/, Labels). */
const OF_ISTIO: ReadonlySet<string> = new Set([
  ...['reporter', 'request_protocol', 'response_code', 'response_flags', 'connection_security_policy'],
  'grpc_response_status',
  ...['source', 'destination'].flatMap((end) =>
    ['workload', 'workload_namespace', 'principal', 'app', 'version', 'cluster']
      .concat(['canonical_service', 'canonical_revision'])
      .map((name) => `${end}_${name}`),
  ),
  ...['destination_service', 'destination_service_name', 'destination_service_namespace'],
  // Of the scrape and of histograms.
  ...['job', 'instance', 'namespace', 'pod', 'le'],
]);

/** Sources with a few values for all of a mesh. */
const FEW: ReadonlySet<string> = new Set(['literal', 'env', 'node', 'peer', 'responseCode', 'flags']);

/** Attributes as labels: not too many series, and no two things under one name. */
export function checkMetrics(mesh: Mesh): Finding[] {
  const { attributes, metrics } = mesh;
  return [
    ...metrics.labels.flatMap((key, i) => [...ofLabel(key, ['metrics', 'labels', i], attributes)]),
    ...sameLabel(mesh),
  ];
}

function* ofLabel(key: string, path: Finding['path'], attributes: readonly Attribute[]): Iterable<Finding> {
  const attribute = attributes.find((other) => other.key === key);
  if (attribute === undefined) return;
  const { allow, maxDistinct, from } = attribute;
  const isBounded =
    allow !== undefined || maxDistinct !== undefined || from.every((source) => FEW.has(kindOf(source)));
  if (!isBounded) {
    yield {
      ...{ code: 'MESHSPAN_CONFIG_CONFLICT', path },
      expected: 'an attribute with allow or maxDistinct: each of its values makes new series',
      ...{ got: `${key}, with any number of values`, mend: `add maxDistinct: 100 to ${key}` },
    };
  }
  const label = metricLabel(key);
  if (OF_ISTIO.has(label)) {
    yield {
      ...{ code: 'MESHSPAN_CONFIG_RESERVED', path },
      ...{ expected: 'a label that request metrics do not have yet', got: label },
      mend: `give the attribute another key, such as app.${key}`,
    };
  }
}

/** `a.b` and `a_b` are the same label. */
function* sameLabel(mesh: Mesh): Iterable<Finding> {
  const first = new Map<string, string>();
  for (const { key, label } of metricLabels(mesh)) {
    const other = first.get(label) ?? key;
    first.set(label, other);
    if (other === key) continue;
    yield {
      code: 'MESHSPAN_CONFIG_DUPLICATE',
      path: ['attributes', mesh.attributes.findIndex((attribute) => attribute.key === key), 'key'],
      ...{ expected: 'a label of its own', got: `${label}, the label of ${other} too` },
      mend: 'rename one of the attributes',
    };
  }
}
