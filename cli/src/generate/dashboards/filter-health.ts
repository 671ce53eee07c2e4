/** Whether attributes get on the spans, and the spans to the backend. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Mesh } from '../../config/model.ts';
import { type Choice, dashboard, type Row } from './dashboard.ts';
import { type Query, stat, table, timeseries, type Unit } from './panel.ts';

/** Counters of the filter that tell of values it did not take as they came (docs/filter.md, Counters). */
const REFUSALS = ['rejected', 'ambiguous', 'truncated', 'overflow', 'untrusted', 'untracked', 'oversized'];

const NAMESPACES: Choice = {
  name: 'namespace',
  title: 'Namespace',
  series: 'meshspan_build_info',
  label: 'namespace',
};

export function filterHealth(mesh: Mesh): Dashboard {
  return dashboard(
    mesh,
    {
      kind: 'filter-health',
      title: 'filter and tracing',
      description: 'The filter, the tracers of the proxies, and the collector.',
    },
    [NAMESPACES],
    [alerts(), filter(), tracers(), collector(), istio()],
  );
}

function alerts(): Row {
  return {
    title: 'Alerts',
    panels: [
      table({ title: 'Firing', description: 'Alerts of rules.yaml that fire now.', unit: 'short' }, [
        { name: 'Firing', unit: 'short', expr: 'ALERTS{alertname=~"Meshspan.+", alertstate="firing"}' },
      ]),
    ],
  };
}

function filter(): Row {
  return {
    title: 'Filter',
    panels: [
      number('Mistakes', 'Mistakes in the configuration, at the worst proxy.', 'max(meshspan_config_errors)'),
      number('Proxies', 'Proxies with the filter.', 'count(meshspan_build_info)'),
      stat({
        ...{ title: 'Attributes', unit: 'percentunit', description: 'Share of attributes that had a value.' },
        queries: [
          {
            expr: `${rate('meshspan_attributes_set')} / (${rate('meshspan_attributes_set')} + ${rate('meshspan_attributes_missing')} > 0)`,
          },
        ],
      }),
      stat({
        ...{ title: 'Memory', unit: 'bytes', description: 'The largest VM.' },
        queries: [{ expr: `max(meshspan_memory_bytes{${CHOSEN}})` }],
      }),
      lines('Requests', 'Requests that passed the filter, and those that met a sampling rule.', 'reqps', [
        { expr: rate('meshspan_requests'), legend: 'requests' },
        { expr: rate('meshspan_sampled'), legend: 'sampled by attribute' },
      ]),
      lines(
        ...(['Refusals', 'Values a second that were not taken as they came.', 'cps'] as const),
        REFUSALS.map((name) => ({ expr: rate(`meshspan_${name}`), legend: name })),
      ),
      lines('Versions', 'Proxies by the version of the filter.', 'short', [
        // Istio's proxies and plain Envoy give the label different names.
        {
          expr: 'count by (version, meshspan_version) (meshspan_build_info)',
          legend: '{{version}}{{meshspan_version}}',
        },
      ]),
      lines('Memory by proxy', 'The largest VM of each proxy.', 'bytes', [
        {
          expr: `max by (pod, instance) (meshspan_memory_bytes{${CHOSEN}})`,
          legend: '{{pod}} {{instance}}',
        },
      ]),
    ],
  };
}

function tracers(): Row {
  const recorded = (name: string, legend: string): Query => ({
    expr: `sum(proxy:${name}:rate5m{${CHOSEN}})`,
    legend,
  });
  return {
    title: 'Tracers of the proxies',
    panels: [
      lines('Sent', 'Spans a second that proxies have sent, whether or not they arrived.', 'cps', [
        recorded('tracer_sent', 'sent'),
      ]),
      lines(
        'Lost',
        'Spans or reports a second that were lost; requests to the collector that failed.',
        'cps',
        [recorded('tracer_lost', 'lost in the proxy'), recorded('tracer_requests_failed', 'failed requests')],
      ),
    ],
  };
}

function collector(): Row {
  const recorded = (name: string, legend: string): Query => ({
    expr: `sum(collector:${name}:rate5m)`,
    legend,
  });
  return {
    title: 'Collector',
    panels: [
      lines('In', 'Spans a second.', 'cps', [
        recorded('receiver_accepted_spans', 'accepted'),
        recorded('receiver_refused_spans', 'refused'),
      ]),
      lines('Out', 'Spans a second.', 'cps', [
        recorded('exporter_sent_spans', 'sent'),
        recorded('exporter_send_failed_spans', 'failed'),
      ]),
      lines('Decisions', 'Traces a second, by what tail sampling decided.', 'cps', [
        {
          expr: 'sum by (decision) (rate(otelcol_processor_tail_sampling_global_count_traces_sampled[$__rate_interval]))',
          legend: '{{decision}}',
        },
        recorded('processor_tail_sampling_sampling_trace_dropped_too_early', 'dropped before a decision'),
      ]),
      lines('Queues', 'How full the queues to the backends are.', 'percentunit', [
        {
          expr: 'max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)',
          legend: '{{exporter}}',
        },
      ]),
    ],
  };
}

function istio(): Row {
  return {
    title: 'Istio',
    panels: [
      lines('Refused configurations', 'What proxies refuse of what istiod sends, a second.', 'cps', [
        { expr: 'sum by (type) (rate(pilot_total_xds_rejects[$__rate_interval]))', legend: '{{type}}' },
      ]),
      lines('Fetches of modules', 'Wasm modules that agents fetched, a second, by the result.', 'cps', [
        {
          expr: 'sum by (result) (rate(istio_agent_wasm_remote_fetch_count[$__rate_interval]))',
          legend: '{{result}}',
        },
      ]),
    ],
  };
}

const CHOSEN = 'namespace=~"$namespace"';

function rate(metric: string): string {
  return `sum(rate(${metric}{${CHOSEN}}[$__rate_interval]))`;
}

function number(title: string, description: string, expr: string): Row['panels'][number] {
  return stat({ title, description, unit: 'short', queries: [{ expr }] });
}

function lines(
  title: string,
  description: string,
  unit: Unit,
  queries: readonly Query[],
): Row['panels'][number] {
  return timeseries({ title, description, unit, queries });
}
