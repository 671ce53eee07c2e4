/** Recorded series of requests: rate, errors, duration; by workload, by edge of the service graph, by attribute. */
import type { Mesh } from '../../config/model.ts';
import { type MetricLabel, metricLabels, reporter } from '../../plan/metric-labels.ts';
import { quantile, type RecordingRule, type RuleGroup, rate, share } from './rule.ts';

const REQUESTS = 'istio_requests_total';
const DURATION = 'istio_request_duration_milliseconds_bucket';
const FAILED = 'response_code=~"5.."';

/** The percentiles that are recorded, by the name in the record. */
export const PERCENTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

/** What a workload is told by: its cluster too, as the same name stands for another workload there. */
export const WORKLOAD = 'destination_cluster, destination_workload_namespace, destination_workload';

/** Labels that every query of a request metric begins with. */
export function counted(mesh: Mesh): string {
  return `reporter=~"${reporter(mesh)}"`;
}

/** Groups of Istio's request metrics; upstream Envoy has no istio_* metrics, so there they stay empty. */
export function requestGroups(mesh: Mesh): RuleGroup[] {
  const { name } = mesh;
  const base = counted(mesh);
  const edge = `source_workload_namespace, source_workload, ${WORKLOAD}`;
  return [
    {
      name: `${name}-workloads`,
      about: 'Requests by the workload that served them (Istio).',
      rules: signals('workload', WORKLOAD, base, PERCENTILES),
    },
    {
      name: `${name}-edges`,
      about: 'Requests from source to destination (Istio).',
      rules: signals('edge', edge, base, { p99: PERCENTILES.p99 }),
    },
    ...mtls(mesh),
    ...metricLabels(mesh).map((attribute) => byAttribute(attribute, mesh)),
    {
      name: `${name}-listeners`,
      about: "Requests by listener (plain Envoy's own metrics).",
      rules: listeners(),
    },
  ];
}

function signals(
  level: string,
  by: string,
  selector: string,
  percentiles: Readonly<Record<string, number>>,
): RecordingRule[] {
  const [all, failed] = [`${level}:istio_requests:rate5m`, `${level}:istio_requests_5xx:rate5m`];
  const buckets = `${level}:istio_request_duration_milliseconds_bucket:rate5m`;
  return [
    { record: all, expr: rate(`${REQUESTS}{${selector}}`, by) },
    { record: failed, expr: rate(`${REQUESTS}{${selector}, ${FAILED}}`, by) },
    { record: `${level}:istio_requests_5xx:ratio_rate5m`, expr: share(failed, all) },
    { record: buckets, expr: rate(`${DURATION}{${selector}}`, `le, ${by}`) },
    ...Object.entries(percentiles).map(([name, q]) => ({
      record: `${level}:istio_request_duration_milliseconds:${name}_rate5m`,
      expr: quantile(q, buckets),
    })),
  ];
}

/** By attribute and cluster only: workloads times tenants would be too many series to record. */
function byAttribute({ key, label, by }: MetricLabel, mesh: Mesh): RuleGroup {
  const name = `${mesh.name}-${by}-${label}`;
  if (by === 'istio') {
    const selector = `${counted(mesh)}, ${label}!=""`;
    return {
      ...{ name, about: `Requests by ${key}, which Istio's metrics have as a label.` },
      rules: signals(label, `${label}, destination_cluster`, selector, PERCENTILES),
    };
  }
  const [all, failed] = [`${label}:meshspan_requests:rate5m`, `${label}:meshspan_errors:rate5m`];
  return {
    ...{ name, about: `Requests by ${key}, as the filter counts them (to.metric); it counts no duration.` },
    rules: [
      { record: all, expr: rate(`meshspan_${label}_requests`, label) },
      { record: failed, expr: rate(`meshspan_${label}_errors`, label) },
      { record: `${label}:meshspan_errors:ratio_rate5m`, expr: share(failed, all) },
    ],
  };
}

/** A client does not know it ("unknown"), so a mesh in which only gateways report has none. */
function mtls(mesh: Mesh): RuleGroup[] {
  if (reporter(mesh) === 'source') return [];
  const by = 'destination_workload_namespace';
  const selector = `${counted(mesh)}, source_workload!="unknown"`;
  const all = 'namespace:istio_requests_internal:rate5m';
  const secure = 'namespace:istio_requests_mtls:rate5m';
  return [
    {
      name: `${mesh.name}-mtls`,
      about: 'The share of mutual TLS in requests between workloads of the mesh (Istio).',
      rules: [
        { record: all, expr: rate(`${REQUESTS}{${selector}}`, by) },
        {
          record: secure,
          expr: rate(`${REQUESTS}{${selector}, connection_security_policy="mutual_tls"}`, by),
        },
        { record: 'namespace:istio_requests_mtls:ratio_rate5m', expr: share(secure, all) },
      ],
    },
  ];
}

function listeners(): RecordingRule[] {
  const by = 'job, instance, envoy_http_conn_manager_prefix';
  // The admin interface counts its own requests in the same metric.
  const selector = 'envoy_http_conn_manager_prefix!="admin"';
  const [all, failed] = [
    'listener:envoy_http_downstream_rq:rate5m',
    'listener:envoy_http_downstream_rq_5xx:rate5m',
  ];
  const buckets = 'listener:envoy_http_downstream_rq_time_bucket:rate5m';
  return [
    { record: all, expr: rate(`envoy_http_downstream_rq_total{${selector}}`, by) },
    {
      record: failed,
      expr: rate(`envoy_http_downstream_rq_xx{${selector}, envoy_response_code_class="5"}`, by),
    },
    { record: 'listener:envoy_http_downstream_rq_5xx:ratio_rate5m', expr: share(failed, all) },
    { record: buckets, expr: rate(`envoy_http_downstream_rq_time_bucket{${selector}}`, `le, ${by}`) },
    ...Object.entries(PERCENTILES).map(([name, q]) => ({
      record: `listener:envoy_http_downstream_rq_time:${name}_rate5m`,
      expr: quantile(q, buckets),
    })),
  ];
}
