/** A whole static Envoy configuration with the meshspan filter and tracing. */
import { filterStateTags } from './tracing-tags.ts';

/** Where something listens. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How spans leave Envoy. */
export interface Tracing {
  /** `opentelemetry`: OTLP over HTTP, W3C headers. `zipkin`: Zipkin v2 JSON, B3 and W3C headers. */
  readonly provider: 'opentelemetry' | 'zipkin';
  readonly collector: Endpoint;
  /** `service.name` of Envoy's spans. */
  readonly serviceName: string;
  /** Milliseconds between two exports. Default: Envoy's own, 5000. */
  readonly flushIntervalMs?: number;
}

/** A service that Envoy sends requests to, under the name that its cluster gets. */
export interface Upstream extends Endpoint {
  readonly name: string;
}

/** Where requests of a path prefix go; the first match counts. */
export type Route = { readonly prefix: string } & (
  | { readonly upstream: Upstream }
  | { readonly directResponse: number }
);

/** What is to be known of one Envoy. */
export interface EnvoyBootstrapOptions {
  /** Name of the listener, and of the statistics. */
  readonly name: string;
  readonly listen: Endpoint;
  readonly admin: Endpoint;
  /** Envoy's `node.cluster` and node metadata (Istio's keys, such as CLUSTER_ID). */
  readonly node: { readonly cluster: string; readonly metadata?: Readonly<Record<string, string>> };
  readonly routes: readonly Route[];
  readonly tracing: Tracing;
  /** Path of the filter's .wasm as Envoy sees it, and its JSON configuration; without one: the defaults. */
  readonly filter: {
    readonly path: string;
    readonly configuration?: object | string;
    /** Environment variables of the filter's VM, for keys of hashes and `env` sources. */
    readonly environment?: Readonly<Record<string, string>>;
  };
  /** Keys of the attributes that the filter sets. */
  readonly attributes: readonly string[];
}

/** The bootstrap as an object (`envoy.config.bootstrap.v3.Bootstrap`); JSON and YAML print it alike. */
export function envoyBootstrap(options: EnvoyBootstrapOptions): object {
  const { admin, node, routes, tracing } = options;
  const upstreams = new Map<string, Endpoint>([['tracing', tracing.collector]]);
  for (const route of routes) if ('upstream' in route) upstreams.set(route.upstream.name, route.upstream);
  return {
    node: { cluster: node.cluster, metadata: node.metadata ?? {} },
    admin: { address: socketAddress(admin) },
    ...flushInterval(tracing),
    static_resources: {
      listeners: [listener(options)],
      clusters: [...upstreams].map(([name, endpoint]) => cluster(name, endpoint)),
    },
  };
}

function listener({ name, listen, routes, tracing, filter, attributes }: EnvoyBootstrapOptions): object {
  return {
    name,
    address: socketAddress(listen),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
              stat_prefix: name,
              // A span for the call upstream too: without it the upstream's parent is the server span, and
              // nobody sees how long the upstream itself took.
              tracing: {
                spawn_upstream_span: true,
                random_sampling: { value: 100 },
                custom_tags: filterStateTags(attributes),
                provider: provider(tracing),
              },
              route_config: { name, virtual_hosts: [{ name, domains: ['*'], routes: routes.map(route) }] },
              http_filters: [wasmFilter(filter), router()],
            },
          },
        ],
      },
    ],
  };
}

function route(route: Route): object {
  const match = { prefix: route.prefix };
  return 'upstream' in route
    ? { match, route: { cluster: route.upstream.name } }
    : { match, direct_response: { status: route.directResponse } };
}

function provider({ provider, serviceName }: Tracing): object {
  if (provider === 'zipkin') {
    return {
      name: 'envoy.tracers.zipkin',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.ZipkinConfig',
        collector_cluster: 'tracing',
        collector_endpoint: '/api/v2/spans',
        collector_endpoint_version: 'HTTP_JSON',
        trace_id_128bit: true,
        shared_span_context: false,
        // Reads B3, then W3C, and sends both (Envoy 1.36).
        trace_context_option: 'USE_B3_WITH_W3C_PROPAGATION',
      },
    };
  }
  return {
    name: 'envoy.tracers.opentelemetry',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
      service_name: serviceName,
      http_service: {
        http_uri: { uri: 'http://tracing/v1/traces', cluster: 'tracing', timeout: '1s' },
      },
    },
  };
}

function flushInterval({ provider, flushIntervalMs }: Tracing): object {
  if (flushIntervalMs === undefined) return {};
  return {
    layered_runtime: {
      layers: [
        {
          name: 'meshspan',
          static_layer: { tracing: { [provider]: { flush_interval_ms: flushIntervalMs } } },
        },
      ],
    },
  };
}

function wasmFilter({ path, configuration, environment }: EnvoyBootstrapOptions['filter']): object {
  const text = typeof configuration === 'object' ? JSON.stringify(configuration) : configuration;
  return {
    name: 'meshspan',
    typed_config: {
      '@type': type('filters.http.wasm.v3.Wasm'),
      config: {
        name: 'meshspan',
        root_id: 'meshspan',
        // A fault of the filter must not become a fault of the mesh.
        failure_policy: 'FAIL_OPEN',
        vm_config: {
          runtime: 'envoy.wasm.runtime.v8',
          code: { local: { filename: path } },
          ...(environment === undefined ? {} : { environment_variables: { key_values: environment } }),
        },
        ...(text === undefined
          ? {}
          : { configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: text } }),
      },
    },
  };
}

function router(): object {
  return {
    name: 'envoy.filters.http.router',
    typed_config: { '@type': type('filters.http.router.v3.Router') },
  };
}

function cluster(name: string, { host, port }: Endpoint): object {
  return {
    name,
    type: 'STRICT_DNS',
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress({ host, port }) } }] }],
    },
  };
}

function socketAddress({ host, port }: Endpoint): object {
  return { socket_address: { address: host, port_value: port } };
}

function type(name: string): string {
  return `type.googleapis.com/envoy.extensions.${name}`;
}
