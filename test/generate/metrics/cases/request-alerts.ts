/** Alerts on requests: each once firing, once on the good side of its threshold. */
import {
  type AlertCase,
  LISTENER,
  ORDERS,
  ofListener,
  ofOrders,
  POD,
  type Series,
  TO_ORDERS,
} from './series.ts';

export const REQUEST_ALERTS: readonly AlertCase[] = [
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
