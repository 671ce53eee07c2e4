/** How full proxies are. Istio keeps few of Envoy's statistics; plain Envoy has all of them. */
import type { Row } from './dashboard.ts';
import { timeseries } from './panel.ts';

export function saturation(): Row[] {
  const pods = 'namespace=~"$namespace"';
  return [
    {
      title: 'Saturation',
      panels: [
        timeseries({
          ...{ title: 'Memory of proxies', unit: 'bytes', width: 8 },
          description: 'What Envoy has allocated.',
          queries: [{ expr: `sum by (pod) (envoy_server_memory_allocated{${pods}})`, legend: '{{pod}}' }],
        }),
        timeseries({
          ...{ title: 'CPU of proxies', unit: 'short', width: 8 },
          description: "Cores in use, as the kubelet's cAdvisor tells; scrape.yaml does not read it.",
          queries: [
            {
              expr: `sum by (pod) (rate(container_cpu_usage_seconds_total{container="istio-proxy", ${pods}}[$__rate_interval]))`,
              legend: '{{pod}}',
            },
          ],
        }),
        timeseries({
          ...{ title: 'Connections of proxies', unit: 'short', width: 8 },
          description: 'Open connections of callers.',
          queries: [{ expr: `sum by (pod) (envoy_server_total_connections{${pods}})`, legend: '{{pod}}' }],
        }),
      ],
    },
    { title: 'Plain Envoy', panels: plainEnvoy() },
  ];
}

function plainEnvoy(): Row['panels'] {
  const legend = '{{instance}} {{envoy_http_conn_manager_prefix}}';
  return [
    timeseries({
      ...{ title: 'Rate', description: 'Requests a second, by listener.', unit: 'reqps', width: 8 },
      queries: [{ expr: 'listener:envoy_http_downstream_rq:rate5m', legend }],
    }),
    timeseries({
      ...{ title: 'Errors', description: 'Share of requests with a 5xx.', unit: 'percentunit', width: 8 },
      queries: [{ expr: 'listener:envoy_http_downstream_rq_5xx:ratio_rate5m', legend }],
    }),
    timeseries({
      ...{ title: 'P99', description: '99 of 100 requests are faster.', unit: 'ms', width: 8 },
      queries: [{ expr: 'listener:envoy_http_downstream_rq_time:p99_rate5m', legend }],
    }),
    timeseries({
      ...{ title: 'Waiting requests', unit: 'short' },
      description: 'Requests that wait for a connection to the upstream.',
      queries: [
        {
          expr: 'sum by (instance, envoy_cluster_name) (envoy_cluster_upstream_rq_pending_active)',
          legend: '{{envoy_cluster_name}}',
        },
      ],
    }),
    timeseries({
      ...{ title: 'Open circuit breakers', unit: 'short' },
      description: '1: Envoy refuses more requests to this upstream at once.',
      queries: [
        {
          expr: 'max by (instance, envoy_cluster_name) (envoy_cluster_circuit_breakers_default_rq_open)',
          legend: '{{envoy_cluster_name}}',
        },
      ],
    }),
  ];
}
