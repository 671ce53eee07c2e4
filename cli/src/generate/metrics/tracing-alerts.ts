/** Alerts on spans that get lost: in the proxy, on the way, in the collector. */
import type { Mesh } from '../../config/model.ts';
import { type AlertingRule, label, PROXY_NAME, type RuleGroup } from './rule.ts';

/** Jobs of scrape.yaml and monitors.yaml. */
export const JOBS = ['istiod', 'proxies', 'waypoints', 'ztunnel', 'collector', 'envoy'] as const;

export function tracingAlerts({ name }: Mesh): RuleGroup {
  return {
    name: `${name}-tracing-alerts`,
    about: 'Alerts on spans that get lost, and on metrics that do not come.',
    rules: [lost(), unreachable(), ...ofCollector(), down()],
  };
}

function lost(): AlertingRule {
  return {
    alert: 'MeshspanSpansDropped',
    expr: 'proxy:tracer_lost:rate5m > 0',
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `The tracer of ${PROXY_NAME} loses spans`,
      description:
        '{{ $value | humanize }} spans (of Zipkin, Datadog: reports of several spans) a second never leave the proxy.',
      runbook:
        'See whether MeshspanCollectorUnreachable fires too. If not, the collector is too slow for what is sampled: lower sampling.percent, or give it more replicas.',
    },
  };
}

function unreachable(): AlertingRule {
  return {
    alert: 'MeshspanCollectorUnreachable',
    expr: 'proxy:tracer_requests_failed:rate5m > 0',
    for: '5m',
    labels: { severity: 'critical' },
    annotations: {
      summary: `Spans of ${PROXY_NAME} do not reach the collector`,
      description:
        '{{ $value | humanize }} requests of the tracer a second fail. Envoy counts their spans as sent, so nothing else shows it.',
      runbook:
        'Is the collector up, and does its Service have endpoints? Do the port and protocol of backends.tracing fit its receiver (4317 is gRPC, 4318 HTTP)? With STRICT mutual TLS a collector outside of the mesh needs a DestinationRule that disables TLS, or a sidecar.',
    },
  };
}

function ofCollector(): AlertingRule[] {
  return [
    {
      alert: 'MeshspanCollectorRefusesSpans',
      expr: 'collector:receiver_refused_spans:rate5m > 0',
      for: '5m',
      labels: { severity: 'warning' },
      annotations: {
        summary: `Collector ${PROXY_NAME} refuses spans`,
        description: `{{ $value | humanize }} spans a second at receiver ${label('receiver')}: memory_limiter is at its limit. Proxies do not send them again.`,
        runbook:
          'Raise collector.memoryLimit and the memory of the pod, or add replicas (collector.tiers: 2).',
      },
    },
    {
      alert: 'MeshspanCollectorLosesSpans',
      expr: 'collector:exporter_send_failed_spans:rate5m > 0',
      for: '5m',
      labels: { severity: 'critical' },
      annotations: {
        summary: `Collector ${PROXY_NAME} cannot deliver spans`,
        description: `{{ $value | humanize }} spans a second were given up by exporter ${label('exporter')} after its retries.`,
        runbook:
          "Is the backend up? The collector's log has its answer. ResourceExhausted: the backend limits the rate or the size of traces.",
      },
    },
    {
      alert: 'MeshspanCollectorDecidesTooEarly',
      expr: 'collector:processor_tail_sampling_sampling_trace_dropped_too_early:rate5m > 0',
      for: '5m',
      labels: { severity: 'warning' },
      annotations: {
        summary: `Collector ${PROXY_NAME} drops traces before it has decided on them`,
        description: '{{ $value | humanize }} traces a second: it holds more at once than num_traces.',
        runbook:
          'Shorten collector.decisionWait, raise num_traces and the memory, or add replicas of the second tier.',
      },
    },
  ];
}

function down(): AlertingRule {
  return {
    alert: 'MeshspanTargetDown',
    expr: `up{job=~"${JOBS.join('|')}"} == 0`,
    for: '5m',
    labels: { severity: 'warning' },
    annotations: {
      summary: `Prometheus cannot read ${label('job')} ${label('instance')}`,
      description: 'Its metrics are missing, and alerts on them cannot fire.',
      runbook:
        'Ports: 15014 istiod, 15020 proxies and ztunnel, 8888 collector. A NetworkPolicy, or STRICT mutual TLS on a port that is none of those, is the usual cause.',
    },
  };
}
