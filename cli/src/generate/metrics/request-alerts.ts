/** Alerts on requests: errors, duration, traffic without mutual TLS. */
import { milliseconds } from '../../config/duration.ts';
import type { Mesh } from '../../config/model.ts';
import { type MetricLabel, metricLabels, reporter } from '../../plan/metric-labels.ts';
import { type AlertingRule, label, type RuleGroup } from './rule.ts';

const WHO = `${label('destination_workload')} in ${label('destination_workload_namespace')} (cluster ${label('destination_cluster')})`;

export function requestAlerts(mesh: Mesh): RuleGroup {
  return {
    name: `${mesh.name}-request-alerts`,
    about: 'Alerts on requests. Thresholds: metrics.alerts of meshspan.yaml.',
    rules: [
      errors(mesh),
      duration(mesh),
      ...metricLabels(mesh).flatMap((attribute) => ofAttribute(attribute, mesh)),
      ...plaintext(mesh),
      listenerErrors(mesh),
    ],
  };
}

function errors({ metrics: { alerts } }: Mesh): AlertingRule {
  return {
    alert: 'MeshspanErrorRateHigh',
    expr: `workload:istio_requests_5xx:ratio_rate5m > ${alerts.errorPercent / 100}`,
    for: alerts.for,
    labels: { severity: 'critical' },
    annotations: {
      summary: `${label('destination_workload')} answers {{ $value | humanizePercentage }} of its requests with a 5xx`,
      description: `${WHO}: more than ${alerts.errorPercent} % for ${alerts.for}.`,
      runbook:
        'Look at edge:istio_requests_5xx:ratio_rate5m to see which callers are hit, then at traces with status = error of this workload. A response flag such as UF, UH or URX in the access log says that the proxy made the error and not the workload.',
    },
  };
}

function duration({ metrics: { alerts } }: Mesh): AlertingRule {
  return {
    alert: 'MeshspanLatencyHigh',
    expr: `workload:istio_request_duration_milliseconds:p99_rate5m > ${milliseconds(alerts.p99)}`,
    for: alerts.for,
    labels: { severity: 'warning' },
    annotations: {
      summary: `The slowest percent of requests to ${label('destination_workload')} takes {{ $value | printf "%.0f" }} ms or more`,
      description: `${WHO}: the 99th percentile has been above ${alerts.p99} for ${alerts.for}.`,
      runbook:
        'Compare P50 and P99 in the dashboard: if both rose, the workload or what it calls is slow for all; if only P99 did, look at slow traces and at the attributes that they share.',
    },
  };
}

/** A tenant whose requests fail is hidden in the workload's rate when the others are many. */
function ofAttribute({ key, label: name, by }: MetricLabel, { metrics: { alerts } }: Mesh): AlertingRule[] {
  const record = by === 'istio' ? 'istio_requests_5xx' : 'meshspan_errors';
  return [
    {
      alert: by === 'istio' ? 'MeshspanErrorRateHighByAttribute' : 'MeshspanCountedErrorsHighByAttribute',
      expr: `${name}:${record}:ratio_rate5m > ${alerts.errorPercent / 100}`,
      for: alerts.for,
      labels: { severity: 'warning', attribute: key },
      annotations: {
        summary: `{{ $value | humanizePercentage }} of the requests with ${key} ${label(name)} end with a 5xx`,
        description: `${key} = ${label(name)}: more than ${alerts.errorPercent} % for ${alerts.for}.`,
        runbook: `Find its failed traces: { span.${key} = "${label(name)}" && status = error }. If other values of ${key} fail too, MeshspanErrorRateHigh says where.`,
      },
    },
  ];
}

function plaintext(mesh: Mesh): AlertingRule[] {
  const { alerts } = mesh.metrics;
  if (alerts.mtlsPercent === 0 || reporter(mesh) === 'source') return [];
  return [
    {
      alert: 'MeshspanPlaintextTraffic',
      expr: `namespace:istio_requests_mtls:ratio_rate5m < ${alerts.mtlsPercent / 100}`,
      for: alerts.for,
      labels: { severity: 'warning' },
      annotations: {
        summary: `Only {{ $value | humanizePercentage }} of the requests to ${label('destination_workload_namespace')} are mutual TLS`,
        description: `Namespace ${label('destination_workload_namespace')}: less than ${alerts.mtlsPercent} % for ${alerts.for}. Without mutual TLS nobody knows who calls, and trust cannot tell a stranger from a peer.`,
        runbook:
          'Look for callers: sum by (source_workload) (rate(istio_requests_total{connection_security_policy!="mutual_tls"}[5m])). Then set PeerAuthentication to STRICT there.',
      },
    },
  ];
}

function listenerErrors({ metrics: { alerts } }: Mesh): AlertingRule {
  return {
    alert: 'MeshspanListenerErrorRateHigh',
    expr: `listener:envoy_http_downstream_rq_5xx:ratio_rate5m > ${alerts.errorPercent / 100}`,
    for: alerts.for,
    labels: { severity: 'critical' },
    annotations: {
      summary: `{{ $value | humanizePercentage }} of the requests to listener ${label('envoy_http_conn_manager_prefix')} end with a 5xx`,
      description: `Envoy ${label('instance')}: more than ${alerts.errorPercent} % for ${alerts.for}.`,
      runbook:
        'Compare envoy_cluster_upstream_rq_xx by envoy_cluster_name to find the upstream; response flags in the access log tell whose error it is.',
    },
  };
}
