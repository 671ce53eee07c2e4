/** Where a collector sends spans, metrics and logs. */
import type { Backends, Endpoint, Mesh } from '../../config/model.ts';
import { PLAIN_TEXT, type Section } from './components.ts';

/** How long what a backend refuses is tried again; the rest of a longer outage is lost. */
const RETRY: Section = { enabled: true, max_elapsed_time: '5m' };

/** Exporters by their names; the names are what a pipeline lists. */
export type Exporters = Readonly<Record<string, Section>>;

/** One for each backend of traces: Zipkin's own format for Zipkin, OTLP for all others. */
export function traceExporters({ traces }: Backends): Exporters {
  return Object.fromEntries(
    traces.map((backend, i) => {
      const before = traces.slice(0, i).filter(({ kind }) => kind === backend.kind).length;
      const label = before === 0 ? backend.kind : `${backend.kind}-${before + 1}`;
      return backend.kind === 'zipkin'
        ? [before === 0 ? 'zipkin' : `zipkin/${label}`, zipkinExporter(backend)]
        : [`otlp_grpc/${label}`, otlpExporter(backend)];
    }),
  );
}

function otlpExporter(backend: Endpoint): Section {
  return {
    endpoint: authority(backend),
    tls: PLAIN_TEXT,
    sending_queue: { queue_size: 5000 },
    retry_on_failure: RETRY,
  };
}

function zipkinExporter(backend: Endpoint): Section {
  const endpoint = `http://${authority(backend)}/api/v2/spans`;
  return { endpoint, sending_queue: { queue_size: 5000 }, retry_on_failure: RETRY };
}

/** Remote write into Prometheus. */
export function metricExporters({ metrics }: Backends): Exporters {
  return {
    prometheus_remote_write: {
      endpoint: `http://${authority(metrics)}/api/v1/write`,
      retry_on_failure: RETRY,
      resource_to_telemetry_conversion: { enabled: false },
    },
  };
}

/** OTLP over HTTP into Loki, or what logs.otlpEndpoint names; none where logs take another way. */
export function logExporters({ backends: { logs: backend }, logs }: Mesh): Exporters {
  const to = (endpoint: string): Exporters => ({
    'otlp_http/logs': { endpoint, sending_queue: { queue_size: 5000 }, retry_on_failure: RETRY },
  });
  if (backend.kind === 'otlp') return to(logs.otlpEndpoint);
  return backend.kind === 'loki' && 'host' in backend ? to(`http://${authority(backend)}/otlp`) : {};
}

function authority({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}
