/** Every recorded series, and what becomes of it. */
import {
  COLLECTOR,
  LISTENER,
  ORDERS,
  ofCollector,
  ofEdge,
  ofListener,
  ofOrders,
  ofPod,
  POD,
  type RecordCase,
  type Series,
  TO_ORDERS,
} from './series.ts';

/** Four requests a second, one of them with a 503; three within 500 ms, one within 1 s; half of them mutual TLS. */
const TRAFFIC: Series = {
  [`istio_requests_total{${TO_ORDERS},response_code="200",connection_security_policy="mutual_tls",tenant_id="acme",cluster="c1"}`]:
    '0+30x60',
  [`istio_requests_total{${TO_ORDERS},response_code="200",connection_security_policy="none",tenant_id="acme",cluster="c1"}`]:
    '0+15x60',
  [`istio_requests_total{${TO_ORDERS},response_code="503",connection_security_policy="none",tenant_id="acme",cluster="c1"}`]:
    '0+15x60',
  // The client's report of the same requests, and requests from outside: neither may count.
  [`istio_requests_total{reporter="source",source_workload="front",${ORDERS},response_code="503"}`]:
    '0+150x60',
  ...buckets('istio_request_duration_milliseconds_bucket', `${TO_ORDERS},tenant_id="acme",cluster="c1"`),
};

const PROXY_SERIES: Series = {
  [`meshspan_requests{${POD}}`]: '0+60x60',
  [`meshspan_rejected{${POD}}`]: '0+15x60',
  [`meshspan_ambiguous{${POD}}`]: '0+15x60',
  [`meshspan_untrusted{${POD}}`]: '0+30x60',
  [`meshspan_overflow{${POD}}`]: '0+45x60',
  [`meshspan_tenant_id_requests{${POD},tenant_id="acme"}`]: '0+60x60',
  [`meshspan_tenant_id_errors{${POD},tenant_id="acme"}`]: '0+15x60',
  [`envoy_tracing_opentelemetry_spans_sent{${POD}}`]: '0+30x60',
  [`envoy_tracing_opentelemetry_spans_dropped{${POD}}`]: '0+15x60',
  [`envoy_cluster_upstream_rq{${POD},response_code_class="5xx",cluster_name="outbound|4317||otel-collector.observability.svc.cluster.local"}`]:
    '0+15x60',
  [`envoy_cluster_upstream_rq{${POD},response_code_class="5xx",cluster_name="outbound|80||orders.shop.svc.cluster.local"}`]:
    '0+150x60',
};

const LISTENER_SERIES: Series = {
  [`envoy_http_downstream_rq_total{${LISTENER}}`]: '0+60x60',
  [`envoy_http_downstream_rq_xx{${LISTENER},envoy_response_code_class="2"}`]: '0+45x60',
  [`envoy_http_downstream_rq_xx{${LISTENER},envoy_response_code_class="5"}`]: '0+15x60',
  ...buckets('envoy_http_downstream_rq_time_bucket', LISTENER),
  // The admin interface, which Prometheus itself asks.
  'envoy_http_downstream_rq_total{job="envoy",instance="127.0.0.1:9901",envoy_http_conn_manager_prefix="admin"}':
    '0+150x60',
};

const COLLECTOR_SERIES: Series = {
  [`otelcol_receiver_accepted_spans{${COLLECTOR},receiver="otlp",transport="grpc"}`]: '0+60x60',
  [`otelcol_receiver_refused_spans{${COLLECTOR},receiver="otlp",transport="grpc"}`]: '0+15x60',
  [`otelcol_exporter_sent_spans{${COLLECTOR},exporter="otlp"}`]: '0+45x60',
  [`otelcol_exporter_send_failed_spans{${COLLECTOR},exporter="otlp",error_type="Unavailable"}`]: '0+30x60',
  [`otelcol_processor_tail_sampling_sampling_trace_dropped_too_early{${COLLECTOR}}`]: '0+15x60',
};

/** For the rules of the fixture `tenants`, which has every kind of record. */
export const RECORDED: Series = { ...TRAFFIC, ...PROXY_SERIES, ...LISTENER_SERIES, ...COLLECTOR_SERIES };

export const RECORDS: readonly RecordCase[] = [
  ...signals('workload', 'istio_requests', ofOrders),
  ...percentiles('workload:istio_request_duration_milliseconds', ofOrders),
  ...signals('edge', 'istio_requests', ofEdge),
  { record: 'edge:istio_request_duration_milliseconds:p99_rate5m', labels: ofEdge, value: 980 },
  ...['tenant_id', 'cluster'].flatMap((name) => {
    const labels = { [name]: name === 'cluster' ? 'c1' : 'acme', destination_cluster: 'c1' };
    return [
      ...signals(name, 'istio_requests', labels),
      ...percentiles(`${name}:istio_request_duration_milliseconds`, labels),
    ];
  }),
  {
    record: 'namespace:istio_requests_internal:rate5m',
    labels: { destination_workload_namespace: 'shop' },
    value: 4,
  },
  {
    record: 'namespace:istio_requests_mtls:rate5m',
    labels: { destination_workload_namespace: 'shop' },
    value: 2,
  },
  {
    record: 'namespace:istio_requests_mtls:ratio_rate5m',
    labels: { destination_workload_namespace: 'shop' },
    value: 0.5,
  },
  { record: 'tenant_id:meshspan_requests:rate5m', labels: { tenant_id: 'acme' }, value: 4 },
  { record: 'tenant_id:meshspan_errors:rate5m', labels: { tenant_id: 'acme' }, value: 1 },
  { record: 'tenant_id:meshspan_errors:ratio_rate5m', labels: { tenant_id: 'acme' }, value: 0.25 },
  ...signals('listener', 'envoy_http_downstream_rq', ofListener),
  ...percentiles('listener:envoy_http_downstream_rq_time', ofListener),
  { record: 'proxy:meshspan_requests:rate5m', labels: ofPod, value: 4 },
  { record: 'proxy:meshspan_untrusted:rate5m', labels: ofPod, value: 2 },
  { record: 'proxy:meshspan_overflow:rate5m', labels: ofPod, value: 3 },
  { record: 'proxy:meshspan_refused:rate5m', labels: ofPod, value: 2 },
  { record: 'proxy:meshspan_refused:ratio_rate5m', labels: ofPod, value: 0.5 },
  { record: 'proxy:tracer_sent:rate5m', labels: ofPod, value: 2 },
  { record: 'proxy:tracer_lost:rate5m', labels: ofPod, value: 1 },
  { record: 'proxy:tracer_requests_failed:rate5m', labels: ofPod, value: 1 },
  {
    record: 'collector:receiver_accepted_spans:rate5m',
    labels: { ...ofCollector, receiver: 'otlp' },
    value: 4,
  },
  {
    record: 'collector:receiver_refused_spans:rate5m',
    labels: { ...ofCollector, receiver: 'otlp' },
    value: 1,
  },
  { record: 'collector:exporter_sent_spans:rate5m', labels: { ...ofCollector, exporter: 'otlp' }, value: 3 },
  {
    record: 'collector:exporter_send_failed_spans:rate5m',
    labels: { ...ofCollector, exporter: 'otlp' },
    value: 2,
  },
  {
    record: 'collector:processor_tail_sampling_sampling_trace_dropped_too_early:rate5m',
    ...{ labels: ofCollector, value: 1 },
  },
];

/** Three of four requests within 500 ms, the fourth within 1 s. */
function buckets(metric: string, labels: string): Series {
  return {
    [`${metric}{${labels},le="500"}`]: '0+45x60',
    [`${metric}{${labels},le="1000"}`]: '0+60x60',
    [`${metric}{${labels},le="+Inf"}`]: '0+60x60',
  };
}

/** Of four requests a second one fails. */
function signals(level: string, metric: string, labels: RecordCase['labels']): RecordCase[] {
  return [
    { record: `${level}:${metric}:rate5m`, labels, value: 4 },
    { record: `${level}:${metric}_5xx:rate5m`, labels, value: 1 },
    { record: `${level}:${metric}_5xx:ratio_rate5m`, labels, value: 0.25 },
  ];
}

/** Between the bounds of their bucket Prometheus interpolates. */
function percentiles(metric: string, labels: RecordCase['labels']): RecordCase[] {
  return [
    { record: `${metric}:p50_rate5m`, labels, value: 333.333 },
    { record: `${metric}:p90_rate5m`, labels, value: 800 },
    { record: `${metric}:p99_rate5m`, labels, value: 980 },
  ];
}
