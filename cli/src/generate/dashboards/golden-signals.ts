/** Rate, errors, duration, saturation: by workload, by attribute, by cluster, from source to destination. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Mesh } from '../../config/model.ts';
import { type MetricLabel, metricLabels } from '../../plan/metric-labels.ts';
import { counted } from '../metrics/request-rules.ts';
import { type Choice, dashboard, type Row } from './dashboard.ts';
import { heatmap, stat, table, timeseries } from './panel.ts';
import { saturation } from './saturation.ts';
import { clicked, type Link, tracesLinks } from './traces.ts';

const REQUESTS = 'istio_requests_total';
const BUCKETS = 'istio_request_duration_milliseconds_bucket';
const FAILED = 'response_code=~"5.."';

export function goldenSignals(mesh: Mesh): Dashboard {
  const labels = metricLabels(mesh);
  const selector = selected(mesh);
  return dashboard(
    mesh,
    {
      kind: 'golden-signals',
      title: 'golden signals',
      description: 'Rate, errors, duration and saturation of the mesh.',
    },
    choices(mesh),
    [
      { title: 'Now', panels: now(selector) },
      { title: 'By workload', panels: signals('destination_workload', selector, ofWorkload(mesh)) },
      { title: 'Duration', panels: durations(selector) },
      ...labels.map((attribute) => byAttribute(attribute, selector, mesh)),
      { title: 'By Kubernetes cluster', panels: signals('destination_cluster', selector, []) },
      { title: 'From source to destination', panels: [edges()] },
      ...saturation(),
    ],
  );
}

/** The variable of an attribute; the dashboard's own names come first. */
function variableOf(label: string): string {
  return ['datasource', 'tempo', 'namespace', 'workload', 'destination_cluster'].includes(label)
    ? `attribute_${label}`
    : label;
}

function choices(mesh: Mesh): Choice[] {
  const series = `${REQUESTS}{${counted(mesh)}}`;
  const labels = metricLabels(mesh);
  // An attribute that both count has one variable, filled by Istio's.
  const once = labels.filter(({ label }, i) => labels.findIndex((other) => other.label === label) === i);
  return [
    { name: 'namespace', title: 'Namespace', series, label: 'destination_workload_namespace' },
    {
      ...{ name: 'workload', title: 'Workload', label: 'destination_workload' },
      series: `${REQUESTS}{${counted(mesh)}, destination_workload_namespace=~"$namespace"}`,
    },
    { name: 'destination_cluster', title: 'Cluster', series, label: 'destination_cluster' },
    ...once.map(({ key, label, by }) => ({
      ...{ name: variableOf(label), title: key, label },
      series: by === 'istio' ? series : `meshspan_${label}_requests`,
    })),
  ];
}

/** Labels of the series that the reader has chosen. */
function selected(mesh: Mesh): string {
  return [
    counted(mesh),
    'destination_workload_namespace=~"$namespace"',
    'destination_workload=~"$workload"',
    'destination_cluster=~"$destination_cluster"',
    ...metricLabels(mesh)
      .filter(({ by }) => by === 'istio')
      .map(({ label }) => `${label}=~"$${variableOf(label)}"`),
  ].join(', ');
}

function rate(metric: string, selector: string, by = ''): string {
  const sum = by === '' ? 'sum' : `sum by (${by}) `;
  return `${sum}(rate(${metric}{${selector}}[$__rate_interval]))`;
}

function errorShare(selector: string, by = ''): string {
  const all = rate(REQUESTS, selector, by);
  return `(${rate(REQUESTS, `${selector}, ${FAILED}`, by)} or 0 * ${all}) / (${all} > 0)`;
}

function percentile(q: number, selector: string, by = ''): string {
  return `histogram_quantile(${q}, ${rate(BUCKETS, selector, by === '' ? 'le' : `le, ${by}`)})`;
}

function now(selector: string): Builder<Panel>[] {
  const secure = `${selector}, connection_security_policy="mutual_tls"`;
  const number = (title: string, description: string, unit: 'reqps' | 'percentunit' | 'ms', expr: string) =>
    stat({ title, description, unit, queries: [{ expr }] });
  return [
    number('Requests', 'Requests a second.', 'reqps', rate(REQUESTS, selector)),
    number('Errors', 'Share of requests with a 5xx.', 'percentunit', errorShare(selector)),
    number('P99', '99 of 100 requests are faster.', 'ms', percentile(0.99, selector)),
    number(
      ...(['Mutual TLS', 'Share of requests that came by mutual TLS; only servers report it.'] as const),
      'percentunit',
      `(${rate(REQUESTS, secure)} or 0 * ${rate(REQUESTS, selector)}) / (${rate(REQUESTS, selector)} > 0)`,
    ),
  ];
}

function signals(label: string, selector: string, links: readonly Link[]): Builder<Panel>[] {
  const legend = `{{${label}}}`;
  // Labels that are not in the legend serve the links.
  const by =
    label === 'destination_workload' ? 'destination_workload_namespace, destination_workload' : label;
  const panel = (title: string, description: string, unit: 'reqps' | 'percentunit' | 'ms', expr: string) =>
    timeseries({ title, description, unit, queries: [{ expr, legend }], width: 8, links });
  return [
    panel('Rate', 'Requests a second.', 'reqps', rate(REQUESTS, selector, by)),
    panel('Errors', 'Share of requests with a 5xx.', 'percentunit', errorShare(selector, by)),
    panel('P99', '99 of 100 requests are faster.', 'ms', percentile(0.99, selector, by)),
  ];
}

/** Istio's own tags tell the workload on its spans (istio.namespace, istio.canonical_service). */
function ofWorkload(mesh: Mesh): Link[] {
  return tracesLinks(mesh, `span.istio.namespace = "${clicked('destination_workload_namespace')}"`);
}

function durations(selector: string): Builder<Panel>[] {
  return [
    heatmap({
      ...{ title: 'Durations', description: 'How many requests a second took how long.', unit: 'ms' },
      queries: [{ expr: rate(BUCKETS, selector, 'le'), legend: '{{le}}' }],
    }),
    timeseries({
      ...{
        title: 'Percentiles',
        description: 'Half, nine of ten, and 99 of 100 requests are faster.',
        unit: 'ms',
      },
      queries: [0.5, 0.9, 0.99].map((q) => ({ expr: percentile(q, selector), legend: `P${q * 100}` })),
    }),
  ];
}

function byAttribute({ key, label, by }: MetricLabel, selector: string, mesh: Mesh): Row {
  const links = tracesLinks(mesh, `span.${key} = "${clicked(label)}"`);
  if (by === 'istio')
    return { title: `By ${key}`, panels: signals(label, `${selector}, ${label}!=""`, links) };
  const legend = `{{${label}}}`;
  const chosen = `${label}=~"$${variableOf(label)}"`;
  const [all, failed] = [
    rate(`meshspan_${label}_requests`, chosen, label),
    rate(`meshspan_${label}_errors`, chosen, label),
  ];
  return {
    title: `By ${key}, as the filter counts`,
    panels: [
      timeseries({
        ...{ title: 'Rate', description: 'Requests a second.', unit: 'reqps', links },
        queries: [{ expr: all, legend }],
      }),
      timeseries({
        ...{ title: 'Errors', description: 'Share of requests with a 5xx.', unit: 'percentunit', links },
        queries: [{ expr: `(${failed} or 0 * ${all}) / (${all} > 0)`, legend }],
      }),
    ],
  };
}

/** From the recorded series: over all edges at once the raw ones are too many. */
function edges(): Builder<Panel> {
  const chosen =
    '{destination_workload_namespace=~"$namespace", destination_workload=~"$workload", destination_cluster=~"$destination_cluster"}';
  return table(
    {
      title: 'Who calls whom',
      description: 'Requests from source to destination in the last five minutes.',
      unit: 'short',
    },
    [
      { name: 'Requests', unit: 'reqps', expr: `edge:istio_requests:rate5m${chosen}` },
      { name: 'Errors', unit: 'percentunit', expr: `edge:istio_requests_5xx:ratio_rate5m${chosen}` },
      { name: 'P99', unit: 'ms', expr: `edge:istio_request_duration_milliseconds:p99_rate5m${chosen}` },
    ],
  );
}
