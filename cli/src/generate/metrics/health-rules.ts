/** Recorded series of the mesh's tracing itself: the filter, the proxies' tracers, the collector. */
import type { Mesh } from '../../config/model.ts';
import { tracerCluster } from '../../plan/metric-labels.ts';
import { PROXY, type RuleGroup, rate, share } from './rule.ts';

/**
 * What Envoy's tracers count as lost, by the kind of tracing backend (Envoy, Tracer statistics of each driver).
 * That of OpenTelemetry stays 0 also when the collector cannot be reached (measured on 1.40 with gRPC and HTTP),
 * so the failed requests of the tracer's cluster are recorded beside it.
 */
export const LOST: Readonly<Record<Mesh['backends']['tracing']['kind'], readonly string[]>> = {
  otlp: ['envoy_tracing_opentelemetry_spans_dropped'],
  'otlp+http': ['envoy_tracing_opentelemetry_spans_dropped'],
  zipkin: ['envoy_tracing_zipkin_reports_dropped', 'envoy_tracing_zipkin_reports_failed'],
  datadog: ['envoy_tracing_datadog_reports_dropped', 'envoy_tracing_datadog_reports_failed'],
  skywalking: ['envoy_tracing_skywalking_segments_dropped'],
};

/** What Envoy's tracers count as sent. */
export const SENT: Readonly<Record<Mesh['backends']['tracing']['kind'], string>> = {
  otlp: 'envoy_tracing_opentelemetry_spans_sent',
  'otlp+http': 'envoy_tracing_opentelemetry_spans_sent',
  zipkin: 'envoy_tracing_zipkin_spans_sent',
  datadog: 'envoy_tracing_datadog_traces_sent',
  skywalking: 'envoy_tracing_skywalking_segments_sent',
};

export function healthGroups(mesh: Mesh): RuleGroup[] {
  const { name } = mesh;
  return [
    {
      name: `${name}-filter`,
      about: 'What the filter counts (docs/filter.md, Counters).',
      rules: [
        { record: 'proxy:meshspan_requests:rate5m', expr: rate('meshspan_requests', PROXY) },
        { record: 'proxy:meshspan_untrusted:rate5m', expr: rate('meshspan_untrusted', PROXY) },
        { record: 'proxy:meshspan_overflow:rate5m', expr: rate('meshspan_overflow', PROXY) },
        {
          record: 'proxy:meshspan_refused:rate5m',
          expr: `${rate('meshspan_rejected', PROXY)} + ${rate('meshspan_ambiguous', PROXY)}`,
        },
        {
          record: 'proxy:meshspan_refused:ratio_rate5m',
          expr: share('proxy:meshspan_refused:rate5m', 'proxy:meshspan_requests:rate5m'),
        },
      ],
    },
    {
      name: `${name}-tracing`,
      about: "What becomes of the proxies' spans on their way to the collector.",
      rules: tracing(mesh),
    },
    {
      name: `${name}-collector`,
      about: 'What becomes of spans in the collector (its own metrics, port 8888).',
      rules: [
        collector('otelcol_receiver_accepted_spans', 'receiver'),
        collector('otelcol_receiver_refused_spans', 'receiver'),
        collector('otelcol_exporter_sent_spans', 'exporter'),
        collector('otelcol_exporter_send_failed_spans', 'exporter'),
        collector('otelcol_processor_tail_sampling_sampling_trace_dropped_too_early', ''),
      ],
    },
  ];
}

function tracing(mesh: Mesh): RuleGroup['rules'] {
  const { kind } = mesh.backends.tracing;
  const cluster = tracerCluster(mesh);
  // Istio gives the labels other names than Envoy (tools/packaging/common/envoy_bootstrap.json, stats_tags).
  const failed = [
    `envoy_cluster_upstream_rq_xx{envoy_response_code_class="5", envoy_cluster_name=~"${cluster}"}`,
    `envoy_cluster_upstream_rq{response_code_class="5xx", cluster_name=~"${cluster}"}`,
  ];
  return [
    { record: 'proxy:tracer_sent:rate5m', expr: rate(SENT[kind], PROXY) },
    {
      record: 'proxy:tracer_lost:rate5m',
      expr: LOST[kind].map((metric) => rate(metric, PROXY)).join(' + '),
    },
    {
      record: 'proxy:tracer_requests_failed:rate5m',
      expr: failed.map((selector) => rate(selector, PROXY)).join(' or '),
    },
  ];
}

function collector(metric: string, component: string): RuleGroup['rules'][number] {
  const by = component === '' ? PROXY : `${PROXY}, ${component}`;
  return { record: `collector:${metric.replace(/^otelcol_/, '')}:rate5m`, expr: rate(metric, by) };
}
