/** Configurations of the collector: of the one that does all, or of each of two tiers. */
import type { Mesh } from '../../config/model.ts';
import type { YamlDocument } from '../print.ts';
import {
  BATCH,
  HEALTH_CHECK,
  memoryLimiter,
  OTLP_GRPC,
  PLAIN_TEXT,
  PORTS,
  RECEIVERS,
  type Section,
  TELEMETRY,
} from './components.ts';
import { type Exporters, logExporters, metricExporters, traceExporters } from './exporters.ts';
import { tailSampling } from './tail-sampling.ts';

/** One collector that receives, samples and sends. */
export function singleTier(mesh: Mesh): YamlDocument {
  const { exporters, ...signals } = otherSignals(mesh);
  const traces = traceExporters(mesh.backends);
  const edits = edit(mesh);
  const names = Object.keys(edits);
  const value = {
    receivers: RECEIVERS,
    processors: {
      memory_limiter: memoryLimiter(mesh),
      ...edits,
      tail_sampling: tailSampling(mesh.collector),
      batch: BATCH,
    },
    ...connectors(mesh),
    exporters: { ...traces, ...exporters },
    extensions: HEALTH_CHECK,
    service: service({
      traces: pipeline(['otlp', 'zipkin'], [...names, 'tail_sampling'], Object.keys(traces)),
      // Before sampling: counts of what is kept would be counts of errors and slow requests.
      ...(mesh.collector.spanMetrics
        ? { 'traces/counted': pipeline(['otlp', 'zipkin'], names, ['span_metrics'], []) }
        : {}),
      ...signals,
    }),
  };
  return { value, comments: { ...SHARED, ...entry(mesh), ...sampling(mesh), ...backends(mesh, traces) } };
}

/** The first of two tiers: it keeps no trace, so that any number of it can run. */
export function loadBalancer(mesh: Mesh): YamlDocument {
  const { exporters, ...signals } = otherSignals(mesh);
  const edits = edit(mesh);
  const counted = mesh.collector.spanMetrics ? ['span_metrics'] : [];
  const value = {
    receivers: RECEIVERS,
    processors: { memory_limiter: memoryLimiter(mesh), ...edits, batch: BATCH },
    ...connectors(mesh),
    exporters: { loadbalancing: loadBalancing(mesh), ...exporters },
    extensions: HEALTH_CHECK,
    service: service({
      traces: pipeline(['otlp', 'zipkin'], Object.keys(edits), ['loadbalancing', ...counted]),
      ...signals,
    }),
  };
  return { value, comments: { ...SHARED, ...entry(mesh), ...BALANCING, ...backends(mesh, {}) } };
}

/** The second of two tiers: each trace is in one of these collectors as a whole. */
export function sampler(mesh: Mesh): YamlDocument {
  const exporters = traceExporters(mesh.backends);
  const value = {
    receivers: { otlp: { protocols: { grpc: OTLP_GRPC } } },
    processors: {
      memory_limiter: memoryLimiter(mesh),
      tail_sampling: tailSampling(mesh.collector),
      batch: BATCH,
    },
    exporters,
    extensions: HEALTH_CHECK,
    service: service({ traces: pipeline(['otlp'], ['tail_sampling'], Object.keys(exporters)) }),
  };
  return { value, comments: { ...SHARED, ...sampling(mesh) } };
}

/** Name of the headless Service of the second tier. */
export function samplerName({ name }: Mesh): string {
  return `${name}-sampler`;
}

function loadBalancing(mesh: Mesh): Section {
  return {
    routing_key: 'traceID',
    resolver: {
      dns: {
        hostname: `${samplerName(mesh)}.${mesh.collector.namespace}.svc`,
        port: `${PORTS.otlpGrpc}`,
        interval: '5s',
        timeout: '2s',
      },
    },
    sending_queue: { enabled: true, queue_size: 5000 },
    retry_on_failure: { enabled: true, max_elapsed_time: '1m' },
    protocol: {
      otlp: {
        tls: PLAIN_TEXT,
        timeout: '2s',
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
  };
}

/** What is changed on spans, metrics and logs alike. */
function edit({ environment, collector: { drop } }: Mesh): Record<string, Section> {
  const attribute = { key: 'deployment.environment.name', value: environment, action: 'insert' };
  return {
    resource: { attributes: [attribute] },
    ...(drop.length > 0 ? { attributes: { actions: drop.map((key) => ({ key, action: 'delete' })) } } : {}),
  };
}

/** Metrics and logs need no trace to be whole: the tier that receives them sends them on. */
function otherSignals(mesh: Mesh): { exporters: Exporters } & Record<string, Section> {
  const metrics = metricExporters(mesh.backends);
  const logs = logExporters(mesh);
  const counted = mesh.collector.spanMetrics ? ['span_metrics'] : [];
  const hasLogs = Object.keys(logs).length > 0;
  return {
    exporters: { ...metrics, ...logs },
    metrics: pipeline(['otlp', ...counted], ['resource'], Object.keys(metrics)),
    ...(hasLogs ? { logs: pipeline(['otlp'], ['resource'], Object.keys(logs)) } : {}),
  };
}

function connectors({ collector, metrics }: Mesh): { connectors?: Section } {
  if (!collector.spanMetrics) return {};
  const span_metrics = {
    histogram: { unit: 's' },
    dimensions: metrics.labels.map((name) => ({ name })),
    aggregation_cardinality_limit: 10_000,
  };
  return { connectors: { span_metrics } };
}

function pipeline(
  receivers: readonly string[],
  processors: readonly string[],
  exporters: readonly string[],
  last: readonly string[] = ['batch'],
): Section {
  return { receivers, processors: ['memory_limiter', ...processors, ...last], exporters };
}

function service(pipelines: Readonly<Record<string, unknown>>): Section {
  return { extensions: ['health_check'], telemetry: TELEMETRY, pipelines };
}

const SHARED = {
  'processors.memory_limiter':
    'First in every pipeline: it refuses data while the sender can still be told, before anything holds it.',
  'processors.batch': 'Last, as tail_sampling makes new batches, and what it drops need not be batched.',
  'service.telemetry.metrics': `The collector's own figures, for Prometheus: refused spans (memory_limiter), full queues, sampling decisions.`,
};

const BALANCING = {
  'exporters.loadbalancing':
    'A trace goes to the collector that its id hashes to, the same from every collector of this tier. When the list\nof collectors changes, about one of N traces has its spans in two of them and may be decided on twice.',
  'exporters.loadbalancing.resolver.dns':
    'The addresses of a headless Service. The k8s resolver sees a change sooner, but has to read EndpointSlices by\nthe API; what comes between is sent again by the retry below.',
  'exporters.loadbalancing.sending_queue':
    'Queue and retry stand here and not in protocol.otlp: here a retry chooses among the collectors that are there\nnow, there it goes to the address that has failed.',
};

function entry({ propagation, collector }: Mesh): Record<string, string> {
  const b3 = propagation.some((format) => format !== 'w3c');
  return {
    'receivers.zipkin': [
      'Spans of Zipkin tracers. A trace id of 64 bits is padded with zeros to 128, as W3C has it: both halves of a',
      'trace meet only if proxies and services propagate the same id, which is the business of propagation',
      `(${propagation.join(', ')} in meshspan.yaml), not of the collector.`,
      ...(b3
        ? ['Tracers must not share a span between client and server (Envoy: shared_span_context: false).']
        : []),
    ].join('\n'),
    'processors.resource':
      'Only where the sender has not said it. What the proxies put on spans has its rules in the filter: nothing here\ngoverns it a second time.',
    ...(collector.drop.length > 0
      ? { 'processors.attributes': 'collector.drop: before anything is kept.' }
      : {}),
    ...(collector.spanMetrics
      ? {
          'connectors.span_metrics':
            'Counts of spans, so of the requests that the proxies sampled: the mesh metrics of the proxies count all.\nPast the limit, new combinations of dimensions go into one series with otel.metric.overflow="true".',
        }
      : {}),
  };
}

function sampling({ sampling: { percent }, collector }: Mesh): Record<string, string> {
  const { decisionWait, keep } = collector;
  return {
    'processors.tail_sampling': [
      'Behind what edits spans, before batch. One collector must see all spans of a trace.',
      ...(percent < 100
        ? [
            `It chooses among what the proxies sampled: ${percent} % of the requests, and sampling.always. For every error of`,
            'the mesh to be kept, set sampling.percent to 100 and let this processor do the sampling.',
          ]
        : []),
    ].join('\n'),
    'processors.tail_sampling.decision_wait': [
      `Counted from the first span of a trace, and spans come when they end: it has to be longer than the traces that`,
      `are to be recognised as slow (${keep.slowerThan}) and what exporters wait before they send (Envoy: 5 s). ${decisionWait} times the new`,
      'traces of a second have to fit into num_traces, or the oldest are decided on too early.',
    ].join('\n'),
    'processors.tail_sampling.decision_cache':
      'A span that comes after the decision on its trace has the same fate.',
    'processors.tail_sampling.policies': 'One that says yes is enough.',
  };
}

function backends(mesh: Mesh, traces: Exporters): Record<string, string> {
  const [first] = Object.keys(traces);
  return {
    ...(first === undefined || first.startsWith('zipkin')
      ? {}
      : {
          [`exporters.${first}.tls`]:
            'Plain text, users and tenants too: these pods have no sidecar, so only an ambient mesh (ztunnel) encrypts it.\nElse write ca_file in place of insecure, where the backend has a certificate.',
        }),
    'exporters.prometheus_remote_write':
      'Metrics that services send by OTLP. Prometheus takes them with --web.enable-remote-write-receiver.',
    ...(Object.keys(logExporters(mesh)).length > 0
      ? {
          'exporters.otlp_http/logs':
            'Loki keeps user and tenant as structured metadata, not as labels, so they cost no streams.',
        }
      : {}),
  };
}
