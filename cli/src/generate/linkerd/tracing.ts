/** What Linkerd's control plane has to be told for its proxies to send spans (Linkerd 2.19, docs, distributed tracing). */
import type { Mesh } from '../../config/model.ts';
import type { YamlDocument } from '../print.ts';

/** The collector as Linkerd's proxies reach it. */
interface MeshedCollector {
  readonly endpoint: string;
  readonly namespace: string;
}

/** Why its proxies can send nothing to backends.tracing; undefined where they can. */
export function whyNoSpans({ backends: { tracing } }: Mesh): string | undefined {
  if (tracing.kind !== 'otlp')
    return `they export OTLP by gRPC only, and backends.tracing is ${tracing.kind}`;
  const [, namespace, ...rest] = tracing.host.split('.');
  const isService =
    namespace !== undefined && (rest.length === 0 || rest[0] === 'svc') && !/^[\d.]+$/.test(tracing.host);
  return isService
    ? undefined
    : `they export to a collector inside the mesh only, and ${tracing.host} is no name of a Service with its namespace`;
}

function collectorOf({ backends: { tracing } }: Mesh): MeshedCollector {
  const [, namespace = ''] = tracing.host.split('.');
  return { endpoint: `${tracing.host}:${tracing.port}`, namespace };
}

/** Values of the chart linkerd-control-plane. */
export function controlPlaneValues(mesh: Mesh): YamlDocument {
  const { endpoint, namespace } = collectorOf(mesh);
  const meshIdentity = { serviceAccountName: 'default', namespace };
  return {
    value: { proxy: { tracing: { enabled: true, collector: { endpoint, meshIdentity } } } },
    comments: {
      'proxy.tracing.collector.meshIdentity':
        "Required: a proxy sends spans by mTLS, to a collector that has a proxy too. The ServiceAccount of the collector's\npods; `default` is that of the target collector.",
    },
  };
}

/** Namespaces whose pods get a proxy: those of the services, and the collector's. */
export function namespaces(mesh: Mesh): YamlDocument[] {
  const names = mesh.services.map(({ namespace }) => namespace);
  if (whyNoSpans(mesh) === undefined) names.push(collectorOf(mesh).namespace);
  return [...new Set(names)].sort().map((name) => ({
    value: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, annotations: { 'linkerd.io/inject': 'enabled' } },
    },
  }));
}
