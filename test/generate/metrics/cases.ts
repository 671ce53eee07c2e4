/** Series of fixtures, and what the rules make of them: each record once, each alert once firing and once quiet. */

/** Series by name; values in promtool's notation at 15 s: `0+15x60` is a counter that grows by one a second. */
export type Series = Readonly<Record<string, string>>;

export interface RecordCase {
  readonly record: string;
  readonly labels: Readonly<Record<string, string>>;
  /** After ten minutes. */
  readonly value: number;
}

export interface AlertCase {
  readonly alert: string;
  /** The fixture whose rules are tested. */
  readonly mesh: string;
  readonly firing: Series;
  /** The same kind of series, on the good side of the threshold. */
  readonly quiet: Series;
  /** Labels of the alert but for its name, severity included. */
  readonly labels: Readonly<Record<string, string>>;
  /** `$value` as the texts print it. */
  readonly value: string;
  readonly summary: string;
}

const ORDERS = 'destination_cluster="c1",destination_workload_namespace="shop",destination_workload="orders"';
const TO_ORDERS = `reporter="destination",source_workload_namespace="web",source_workload="front",${ORDERS}`;
const POD = 'job="proxies",namespace="shop",pod="orders-1",instance="10.0.0.1:15020"';
const COLLECTOR = 'job="collector",namespace="observability",pod="otel-0",instance="10.0.0.9:8888"';
const LISTENER = 'job="envoy",instance="127.0.0.1:9901",envoy_http_conn_manager_prefix="edge"';

const ofOrders = {
  destination_cluster: 'c1',
  destination_workload_namespace: 'shop',
  destination_workload: 'orders',
};
const ofEdge = { source_workload_namespace: 'web', source_workload: 'front', ...ofOrders };
const ofPod = { job: 'proxies', namespace: 'shop', pod: 'orders-1', instance: '10.0.0.1:15020' };
const ofCollector = {
  job: 'collector',
  namespace: 'observability',
  pod: 'otel-0',
  instance: '10.0.0.9:8888',
};
const ofListener = { job: 'envoy', instance: '127.0.0.1:9901', envoy_http_conn_manager_prefix: 'edge' };

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

export const ALERTS: readonly AlertCase[] = [
  {
    alert: 'MeshspanErrorRateHigh',
    mesh: 'defaults',
    firing: codes(9, 1),
    quiet: codes(99, 1),
    labels: { ...ofOrders, severity: 'critical' },
    ...{ value: '10%', summary: 'orders answers 10% of its requests with a 5xx' },
  },
  {
    // 1 % is the threshold there, and only gateways report.
    alert: 'MeshspanErrorRateHigh',
    mesh: 'gateways',
    firing: replaced(codes(95, 5), 'reporter="destination"', 'reporter="source"'),
    quiet: replaced(codes(999, 1), 'reporter="destination"', 'reporter="source"'),
    labels: { ...ofOrders, severity: 'critical' },
    ...{ value: '5%', summary: 'orders answers 5% of its requests with a 5xx' },
  },
  {
    // A waypoint's report counts where the mesh has waypoints.
    alert: 'MeshspanErrorRateHigh',
    mesh: 'ambient',
    firing: replaced(codes(9, 1), 'reporter="destination"', 'reporter="waypoint"'),
    quiet: replaced(codes(9, 1), 'reporter="destination"', 'reporter="source"'),
    labels: { ...ofOrders, severity: 'critical' },
    ...{ value: '10%', summary: 'orders answers 10% of its requests with a 5xx' },
  },
  {
    alert: 'MeshspanLatencyHigh',
    mesh: 'defaults',
    firing: slow(2),
    quiet: slow(1),
    labels: { ...ofOrders, severity: 'warning' },
    ...{ value: '1990', summary: 'The slowest percent of requests to orders takes 1990 ms or more' },
  },
  {
    alert: 'MeshspanErrorRateHighByAttribute',
    mesh: 'tenants',
    firing: codes(9, 1, ',tenant_id="globex"'),
    quiet: codes(99, 1, ',tenant_id="globex"'),
    labels: { tenant_id: 'globex', destination_cluster: 'c1', attribute: 'tenant.id', severity: 'warning' },
    ...{ value: '10%', summary: '10% of the requests with tenant.id globex end with a 5xx' },
  },
  {
    alert: 'MeshspanCountedErrorsHighByAttribute',
    mesh: 'tenants',
    firing: counted(150, 15),
    quiet: counted(1500, 15),
    labels: { tenant_id: 'globex', attribute: 'tenant.id', severity: 'warning' },
    ...{ value: '10%', summary: '10% of the requests with tenant.id globex end with a 5xx' },
  },
  {
    alert: 'MeshspanPlaintextTraffic',
    mesh: 'defaults',
    firing: policies('none'),
    quiet: policies('mutual_tls'),
    labels: { destination_workload_namespace: 'shop', severity: 'warning' },
    ...{ value: '50%', summary: 'Only 50% of the requests to shop are mutual TLS' },
  },
  {
    alert: 'MeshspanListenerErrorRateHigh',
    mesh: 'defaults',
    firing: listener(150, 15),
    quiet: listener(1500, 15),
    labels: { ...ofListener, severity: 'critical' },
    ...{ value: '10%', summary: '10% of the requests to listener edge end with a 5xx' },
  },
  {
    alert: 'MeshspanConfigErrors',
    mesh: 'defaults',
    firing: { [`meshspan_config_errors{${POD}}`]: '2x60' },
    quiet: { [`meshspan_config_errors{${POD}}`]: '0x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '2', summary: 'The filter has found 2 mistakes in its configuration at shop/orders-1' },
  },
  {
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: bypassed('100x60'),
    quiet: bypassed('100+15x60'),
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass shop/orders-1 without the filter' },
  },
  {
    // Plain Envoy has no pod; its listeners count, but not its admin interface.
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: plainBypassed('edge'),
    quiet: plainBypassed('admin'),
    labels: { job: 'envoy', instance: '127.0.0.1:9901', severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass 127.0.0.1:9901 without the filter' },
  },
  {
    // A proxy that never had the filter misses nothing.
    alert: 'MeshspanFilterBypassed',
    mesh: 'defaults',
    firing: bypassed('100x60'),
    quiet: { [`istio_requests_total{${POD},reporter="destination"}`]: '0+15x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '1', summary: 'Requests pass shop/orders-1 without the filter' },
  },
  {
    alert: 'MeshspanUntrustedIdentities',
    mesh: 'tenants',
    firing: { [`meshspan_untrusted{${POD}}`]: '0+30x100' },
    quiet: { [`meshspan_untrusted{${POD}}`]: '0+15x100' },
    labels: { ...ofPod, severity: 'info' },
    ...{ value: '2', summary: 'Strangers send 2 identities a second through shop/orders-1' },
  },
  {
    alert: 'MeshspanValuesRefused',
    mesh: 'defaults',
    firing: refused('0+15x100'),
    quiet: refused('0+1x100'),
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '25%', summary: '25% as many values as requests are refused at shop/orders-1' },
  },
  {
    alert: 'MeshspanValuesOverflow',
    mesh: 'defaults',
    firing: { [`meshspan_overflow{${POD}}`]: '0+15x100' },
    quiet: { [`meshspan_overflow{${POD}}`]: '7x100' },
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '1', summary: 'Values become "other" at shop/orders-1: more of them than maxDistinct' },
  },
  {
    alert: 'MeshspanFilterMemoryHigh',
    mesh: 'defaults',
    firing: { [`meshspan_memory_bytes{${POD}}`]: '67108864x60' },
    quiet: { [`meshspan_memory_bytes{${POD}}`]: '4194304x60' },
    labels: { ...ofPod, severity: 'warning' },
    ...{ value: '64Mi', summary: 'A VM of the filter has 64MiB of memory at shop/orders-1' },
  },
  {
    alert: 'MeshspanModuleNotFetched',
    mesh: 'defaults',
    firing: { [`istio_agent_wasm_remote_fetch_count{${POD},result="download_failure"}`]: '0+1x60' },
    quiet: { [`istio_agent_wasm_remote_fetch_count{${POD},result="success"}`]: '0+1x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '', summary: 'A Wasm module cannot be fetched at shop/orders-1' },
  },
  {
    alert: 'MeshspanModuleNotFetched',
    mesh: 'defaults',
    firing: { [`envoy_wasm_remote_load_fetch_failures{${POD}}`]: '0+1x60' },
    quiet: { [`envoy_wasm_remote_load_fetch_failures{${POD}}`]: '3x60' },
    labels: { ...ofPod, severity: 'critical' },
    ...{ value: '', summary: 'A Wasm module cannot be fetched at shop/orders-1' },
  },
  {
    alert: 'MeshspanConfigurationRejected',
    mesh: 'defaults',
    firing: { 'pilot_total_xds_rejects{namespace="istio-system",pod="istiod-0",type="lds"}': '0+1x60' },
    quiet: { 'pilot_total_xds_rejects{namespace="istio-system",pod="istiod-0",type="lds"}': '5x60' },
    labels: { namespace: 'istio-system', pod: 'istiod-0', severity: 'critical' },
    ...{ value: '20', summary: 'Proxies refuse what istiod sends them' },
  },
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

function codes(ok: number, failed: number, more = ''): Series {
  return {
    [`istio_requests_total{${TO_ORDERS},response_code="200"${more}}`]: `0+${ok * 15}x60`,
    [`istio_requests_total{${TO_ORDERS},response_code="503"${more}}`]: `0+${failed * 15}x60`,
  };
}

function replaced(series: Series, from: string, to: string): Series {
  return Object.fromEntries(Object.entries(series).map(([name, values]) => [name.replace(from, to), values]));
}

/** Every request takes up to so many seconds, and more than a second less. */
function slow(seconds: 1 | 2): Series {
  const metric = `istio_request_duration_milliseconds_bucket{${TO_ORDERS}`;
  return {
    [`${metric},le="500"}`]: '0+0x60',
    [`${metric},le="1000"}`]: seconds === 1 ? '0+15x60' : '0+0x60',
    ...(seconds === 1 ? {} : { [`${metric},le="2000"}`]: '0+15x60' }),
    [`${metric},le="+Inf"}`]: '0+15x60',
  };
}

function counted(requests: number, errors: number): Series {
  return {
    [`meshspan_tenant_id_requests{${POD},tenant_id="globex"}`]: `0+${requests}x60`,
    [`meshspan_tenant_id_errors{${POD},tenant_id="globex"}`]: `0+${errors}x60`,
  };
}

/** Half of the requests between workloads by this policy; those from outside may come without. */
function policies(half: string): Series {
  const series = `istio_requests_total{${TO_ORDERS},response_code="200",connection_security_policy`;
  return {
    [`${series}="mutual_tls"}`]: '0+15x60',
    [`${series}="${half}",request_protocol="http"}`]: '0+15x60',
    [`istio_requests_total{reporter="destination",source_workload="unknown",${ORDERS},connection_security_policy="none"}`]:
      '0+15x60',
  };
}

function listener(requests: number, errors: number): Series {
  return {
    [`envoy_http_downstream_rq_total{${LISTENER}}`]: `0+${requests}x60`,
    [`envoy_http_downstream_rq_xx{${LISTENER},envoy_response_code_class="5"}`]: `0+${errors}x60`,
  };
}

function bypassed(seen: string): Series {
  return {
    [`istio_requests_total{${POD},reporter="destination"}`]: '0+15x60',
    [`meshspan_requests{${POD}}`]: seen,
    [`meshspan_build_info{${POD},meshspan_version="0.1.0"}`]: '1x60',
  };
}

function plainBypassed(listener: string): Series {
  const envoy = 'job="envoy",instance="127.0.0.1:9901"';
  return {
    [`envoy_http_downstream_rq_total{${envoy},envoy_http_conn_manager_prefix="${listener}"}`]: '0+15x60',
    [`meshspan_requests{${envoy}}`]: '0x60',
    [`meshspan_build_info{${envoy},version="0.1.0"}`]: '1x60',
  };
}

function refused(rejected: string): Series {
  return {
    [`meshspan_requests{${POD}}`]: '0+60x100',
    [`meshspan_rejected{${POD}}`]: rejected,
    [`meshspan_ambiguous{${POD}}`]: '0x100',
  };
}

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
