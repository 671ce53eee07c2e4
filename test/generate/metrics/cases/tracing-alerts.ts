/** Alerts on spans that get lost. */
import { type AlertCase, COLLECTOR, ofCollector, ofPod, POD, type Series } from './series.ts';

export const TRACING_ALERTS: readonly AlertCase[] = [
  ...lostSpans('defaults', 'envoy_tracing_opentelemetry_spans_dropped'),
  ...lostSpans('gateways', 'envoy_tracing_zipkin_reports_dropped', 'envoy_tracing_zipkin_reports_failed'),
  ...lostSpans('gateways', 'envoy_tracing_zipkin_reports_failed', 'envoy_tracing_zipkin_reports_dropped'),
  {
    alert: 'MeshspanCollectorUnreachable',
    mesh: 'defaults',
    firing: tracer('outbound|4317||otel-collector.observability.svc.cluster.local'),
    quiet: tracer('outbound|4317||orders.shop.svc.cluster.local'),
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '1', summary: 'Spans of shop/orders-1 do not reach the collector' },
  },
  {
    alert: 'MeshspanCollectorUnreachable',
    mesh: 'gateways',
    firing: plainTracer('meshspan_collector'),
    quiet: plainTracer('orders'),
    labels: { job: 'envoy', instance: '127.0.0.1:9901', severity: 'critical' },
    ...{ value: '1', summary: 'Spans of 127.0.0.1:9901 do not reach the collector' },
  },
  ...collector(
    'MeshspanCollectorRefusesSpans',
    'otelcol_receiver_refused_spans',
    'receiver',
    'warning',
    'refuses spans',
  ),
  ...collector(
    'MeshspanCollectorLosesSpans',
    'otelcol_exporter_send_failed_spans',
    'exporter',
    'critical',
    'cannot deliver spans',
  ),
  ...collector(
    'MeshspanCollectorDecidesTooEarly',
    'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early',
    ...['', 'warning', 'drops traces before it has decided on them'],
  ),
  {
    alert: 'MeshspanTargetDown',
    mesh: 'defaults',
    firing: { [`up{${POD}}`]: '0x60', 'up{job="nodes",instance="n1"}': '0x60' },
    quiet: { [`up{${POD}}`]: '1x60' },
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '0', summary: 'Prometheus cannot read proxies 10.0.0.1:15020' },
  },
];

function lostSpans(mesh: string, metric: string, other?: string): AlertCase[] {
  const rest: Series = other === undefined ? {} : { [`${other}{${POD}}`]: '0x60' };
  return [
    {
      ...{ alert: 'MeshspanSpansDropped', mesh },
      firing: { [`${metric}{${POD}}`]: '0+15x60', ...rest },
      quiet: { [`${metric}{${POD}}`]: '5x60', ...rest },
      labels: { ...ofPod, severity: 'warning' },
      ...{ value: '1', summary: 'The tracer of shop/orders-1 loses spans' },
    },
  ];
}

function tracer(cluster: string): Series {
  return {
    [`envoy_cluster_upstream_rq{${POD},response_code_class="5xx",cluster_name="${cluster}"}`]: '0+15x60',
  };
}

function plainTracer(cluster: string): Series {
  const envoy = 'job="envoy",instance="127.0.0.1:9901"';
  return {
    [`envoy_cluster_upstream_rq_xx{${envoy},envoy_response_code_class="5",envoy_cluster_name="${cluster}"}`]:
      '0+15x60',
  };
}

function collector(alert: string, metric: string, component = '', severity = '', does = ''): AlertCase[] {
  const of = component === '' ? '' : `,${component}="otlp"`;
  return [
    {
      ...{ alert, mesh: 'ambient' },
      firing: { [`${metric}{${COLLECTOR}${of}}`]: '0+15x60' },
      quiet: { [`${metric}{${COLLECTOR}${of}}`]: '3x60' },
      labels: { ...ofCollector, ...(component === '' ? {} : { [component]: 'otlp' }), severity },
      ...{ value: '1', summary: `Collector observability/otel-0 ${does}` },
    },
  ];
}
