/** Envoy's tracers (`envoy.config.trace.v3`), one for each kind of backend. */
import type { Backends, Endpoint } from '../../config/model.ts';
import { cluster } from './cluster.ts';
import { extension, type Json, type NamedExtension } from './extension.ts';

/** How spans leave Envoy. */
export interface Tracer {
  readonly kind: Backends['tracing']['kind'];
  readonly collector: Endpoint;
  /** `service.name` of Envoy's spans. Zipkin's tracer takes Envoy's `node.cluster` instead. */
  readonly serviceName: string;
}

/** The cluster of the collector. No service can have this name: theirs are DNS labels, without underscores. */
export const COLLECTOR_CLUSTER = 'meshspan_collector';

/** `provider` of the connection manager's `tracing`. */
export function tracerProvider({ kind, serviceName, collector }: Tracer): NamedExtension {
  switch (kind) {
    case 'otlp':
      return provider('opentelemetry', 'OpenTelemetryConfig', {
        service_name: serviceName,
        grpc_service: collectorGrpc(),
      });
    case 'otlp+http':
      return provider('opentelemetry', 'OpenTelemetryConfig', {
        service_name: serviceName,
        http_service: collectorHttp(collector, '/v1/traces'),
      });
    case 'zipkin':
      return provider('zipkin', 'ZipkinConfig', {
        collector_cluster: COLLECTOR_CLUSTER,
        collector_hostname: collector.host,
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
        trace_id_128bit: true,
        shared_span_context: false,
        // Reads B3, then W3C, and sends both; without it W3C is neither read nor sent (Envoy 1.36).
        trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION',
      });
    case 'datadog':
      return provider('datadog', 'DatadogConfig', {
        collector_cluster: COLLECTOR_CLUSTER,
        collector_hostname: collector.host,
        service_name: serviceName,
      });
    case 'skywalking':
      return provider('skywalking', 'SkyWalkingConfig', {
        grpc_service: collectorGrpc(),
        client_config: { service_name: serviceName, instance_name: serviceName },
      });
  }
}

/** The cluster that the provider names. */
export function collectorCluster({ kind, collector }: Pick<Tracer, 'kind' | 'collector'>): Json {
  const speaksGrpc = kind === 'otlp' || kind === 'skywalking';
  return cluster(COLLECTOR_CLUSTER, collector, speaksGrpc ? 'h2' : 'http1');
}

/** The collector by gRPC. */
export function collectorGrpc(): Json {
  return { envoy_grpc: { cluster_name: COLLECTOR_CLUSTER }, timeout: '1s' };
}

/** The collector by OTLP over HTTP. */
export function collectorHttp({ host, port }: Endpoint, path: string): Json {
  return { http_uri: { uri: `http://${host}:${port}${path}`, cluster: COLLECTOR_CLUSTER, timeout: '1s' } };
}

/** Bootstrap runtime that has the tracer export more often than every 5 s, for demos and tests. */
export function flushInterval({ kind }: Pick<Tracer, 'kind'>, milliseconds: number): Json {
  const tracer = kind === 'zipkin' ? 'zipkin' : 'opentelemetry';
  const static_layer = { tracing: { [tracer]: { flush_interval_ms: milliseconds } } };
  return { layers: [{ name: 'meshspan', static_layer }] };
}

function provider(name: string, type: string, fields: Json): NamedExtension {
  return extension(`envoy.tracers.${name}`, `envoy.config.trace.v3.${type}`, fields);
}
