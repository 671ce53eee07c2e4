/** Metrics by attribute: which series have an attribute as a label, and what a proxy must be told to tell them. */
import type { Mesh } from '../config/model.ts';

/** An attribute that is a label of request metrics. */
export interface MetricLabel {
  readonly key: string;
  /** The key, with _ for what Prometheus does not take in a label. */
  readonly label: string;
  /**
   * Who counts: `istio` has the label on istio_requests_total and the duration (metrics.labels); `filter` has
   * counters of its own, without a duration (`to.metric`), and does so in plain Envoy too.
   */
  readonly by: 'istio' | 'filter';
}

/** `tenant.id` is the label tenant_id, as the filter has it (docs/filter.md, "Where attributes go"). */
export function metricLabel(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_]/g, '_');
}

/** One entry for each attribute and each who counts by it, in the order of the attributes. */
export function metricLabels({ attributes, metrics }: Mesh): MetricLabel[] {
  return attributes.flatMap(({ key, to }) => {
    const of = { key, label: metricLabel(key) };
    return [
      ...(metrics.labels.includes(key) ? [{ ...of, by: 'istio' } as const] : []),
      ...(to?.metric === true ? [{ ...of, by: 'filter' } as const] : []),
    ];
  });
}

/**
 * Which proxies' istio_* metrics count a request once, as a regular expression for the label `reporter`. Each hop
 * is reported by either end; only the server's end knows whether the connection was mutual TLS.
 */
export function reporter({ proxies }: Mesh): string {
  const kinds = new Set(proxies.map(({ kind }) => kind));
  const ofServers = [kinds.has('sidecar') ? 'destination' : '', kinds.has('waypoint') ? 'waypoint' : ''];
  // A gateway is the client of the workloads behind it.
  return ofServers.filter((name) => name !== '').join('|') || 'source';
}

/**
 * For MeshConfig's defaultConfig (ProxyConfig): Istio's proxies keep few of Envoy's statistics
 * (pkg/bootstrap/config.go, requiredEnvoyStatsMatcherInclusionPrefixes), those of the tracer not among them, and
 * make labels of the filter's counters by names that they are told.
 */
export function proxyStats(mesh: Mesh): object {
  const { kind, host, port } = mesh.backends.tracing;
  const tags = metricLabels(mesh).filter(({ by }) => by === 'filter');
  return {
    proxyStatsMatcher: {
      inclusionPrefixes: [
        `tracing.${kind.startsWith('otlp') ? 'opentelemetry' : kind}`,
        `cluster.outbound|${port}||${host}`,
      ],
    },
    // `version` is that of meshspan_build_info.
    extraStatTags: [...tags.map(({ label }) => label), 'meshspan_version'],
  };
}

/** Name of the Envoy cluster that the tracer sends to, as a regular expression: plain Envoy's, and Istio's. */
export function tracerCluster({ backends }: Mesh): string {
  const { host, port } = backends.tracing;
  return `tracing|meshspan_collector|outbound[|]${port}[|][|]${host.replaceAll('.', '[.]')}([.].+)?`;
}
