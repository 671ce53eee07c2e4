/** From a valid document to the mesh: defaults that depend on other fields, and URLs taken apart. */
import schema from '../../meshspan.schema.json' with { type: 'json' };
import { withDefaults } from './check.ts';
import type { Attribute, Backends, Endpoint, Mesh, Sampling } from './model.ts';
import { readsVerifiedJwt } from './sources.ts';

/** Percent of requests that are sampled where meshspan.yaml says nothing. */
const PERCENT = { development: 100, staging: 10, production: 1 } as const;

/** Ports that the backends listen on by default, by the scheme of their URL. */
const PORTS: Readonly<Record<string, number>> = {
  ...{ otlp: 4317, 'otlp+http': 4318, zipkin: 9411, datadog: 8126, skywalking: 11_800 },
  ...{ tempo: 4317, jaeger: 4317, loki: 3100, elasticsearch: 9200, prometheus: 9090 },
};

/** What the filter sets without a configuration. */
export const USUAL_ATTRIBUTES: readonly Attribute[] = schema.properties.attributes.default;

type Raw = Omit<Mesh, 'sampling' | 'backends' | 'envoy' | 'clusters' | 'services' | 'filter' | 'istio'> & {
  readonly sampling?: Partial<Sampling>;
  readonly backends: { tracing: string; traces: readonly string[]; logs: string; metrics: string };
  readonly envoy: readonly {
    name?: string;
    listen: string;
    admin: string;
    node: { cluster?: string; metadata: Record<string, string> };
    routes: readonly { prefix: string; service: string; address: string }[];
  }[];
  readonly clusters: readonly (Omit<Mesh['clusters'][number], 'network'> & { network?: string })[];
  readonly services: readonly (Omit<Mesh['services'][number], 'targetPort'> & { targetPort?: number })[];
  readonly filter: Omit<Mesh['filter'], 'phase'> & Partial<Pick<Mesh['filter'], 'phase'>>;
  readonly istio: Omit<Mesh['istio'], 'traceGate'> & Partial<Pick<Mesh['istio'], 'traceGate'>>;
};

/** `value` has passed the schema. */
export function resolveMesh(value: unknown): Mesh {
  const raw = withDefaults(value) as Raw;
  // Whether an attribute has a rule shows by what the user wrote, not by defaults of the filter.
  const attributes = (value as Partial<Mesh> | null)?.attributes ?? USUAL_ATTRIBUTES;
  const backends = backendsOf(raw.backends);
  const usesB3 = raw.propagation.some((format) => format !== 'w3c');
  // The OpenTelemetry tracer reads W3C only (through Envoy 1.40); Zipkin's reads B3 by itself.
  const needsGate = usesB3 && backends.tracing.kind.startsWith('otlp');
  return {
    ...raw,
    attributes,
    ...{ backends },
    sampling: {
      percent: raw.sampling?.percent ?? PERCENT[raw.environment],
      always: raw.sampling?.always ?? [],
      header: raw.sampling?.header?.toLowerCase() ?? 'x-meshspan-sampled',
    },
    filter: {
      ...raw.filter,
      phase: raw.filter.phase ?? (attributes.some(readsVerifiedJwt) ? 'AUTHZ' : 'last'),
    },
    istio: { ...raw.istio, traceGate: raw.istio.traceGate ?? needsGate },
    envoy: raw.envoy.map(({ name = raw.name, listen, admin, node, routes }) => ({
      name,
      listen: endpoint(listen),
      admin: endpoint(admin),
      node: { ...node, cluster: node.cluster ?? name },
      routes: routes.map((route) => ({ ...route, address: endpoint(route.address) })),
    })),
    services: raw.services.map((service) => ({ ...service, targetPort: service.targetPort ?? service.port })),
    clusters: raw.clusters.map((cluster) => ({ ...cluster, network: cluster.network ?? cluster.name })),
  };
}

function backendsOf({ tracing, traces, logs, metrics }: Raw['backends']): Backends {
  return {
    tracing: backend(tracing) as Backends['tracing'],
    traces: traces.map((url) => backend(url) as Backends['traces'][number]),
    logs: logs === 'stdout' || logs === 'otlp' ? { kind: logs } : (backend(logs) as Backends['logs']),
    metrics: backend(metrics) as Backends['metrics'],
  };
}

/** `loki` alone is the one that the namespace observability is expected to have. */
function backend(url: string): Endpoint & { kind: string } {
  const [kind = '', address = `${kind}.observability`] = url.split('://');
  const [host = '', port] = address.split(':');
  return { kind, host, port: port === undefined ? (PORTS[kind] as number) : Number(port) };
}

function endpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
