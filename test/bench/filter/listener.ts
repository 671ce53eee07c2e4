/** Envoy's configuration for the variants: one listener each, all on one Envoy, which answers by itself. */

/** What stands in front of the router, and whether spans are made. */
export interface Chain {
  readonly name: string;
  /** HTTP filters in front of the router (`envoy.config.filter.http…HttpFilter`). */
  readonly filters: readonly object[];
  /** Custom tags of the spans; without it no spans are made. */
  readonly tags?: readonly object[];
  /** What each attribute's value is read back with, to prove that the variant does its work. */
  readonly proof: readonly Proof[];
  /** The path that the proof asks for; `/` without it. */
  readonly proofPath?: string;
}

/** A value that must come with the answer: by a command operator of Envoy's, or in a header that the filter sets. */
export type Proof =
  | { readonly format: string; readonly value: string }
  | { readonly header: string; readonly value: string };

/** Name of the listener that answers with what the chain set. It is not measured. */
export function proofListener(chain: Chain): string {
  return `${chain.name} (proof)`;
}

/** Header of an answer that carries the n-th attribute. */
export function proofHeader(index: number): string {
  return `x-proof-${index}`;
}

/** The bootstrap with a listener for each chain, on ports that the system chooses. */
export function bootstrapOf(chains: readonly Chain[], sinkPort: number): object {
  return {
    admin: { address: loopback(0) },
    // Few and large exports: what is measured is the tags, not the tracer's round trips.
    layered_runtime: {
      layers: [
        {
          name: 'bench',
          static_layer: { tracing: { opentelemetry: { min_flush_spans: 512, flush_interval_ms: 1000 } } },
        },
      ],
    },
    static_resources: {
      listeners: chains.flatMap((chain) => [
        listener(chain.name, chain, false),
        ...(chain.proof.length > 0 ? [listener(proofListener(chain), chain, true)] : []),
      ]),
      clusters: [
        {
          name: 'sink',
          type: 'STATIC',
          load_assignment: {
            cluster_name: 'sink',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: loopback(sinkPort) } }] }],
          },
        },
      ],
    },
  };
}

function listener(name: string, { filters, tags, proof }: Chain, proves: boolean): object {
  const shown = proof.flatMap((one, index) =>
    'format' in one ? [{ header: { key: proofHeader(index), value: one.format } }] : [],
  );
  return {
    name,
    address: loopback(0),
    filter_chains: [
      {
        filters: [
          {
            name: 'envoy.filters.network.http_connection_manager',
            typed_config: {
              '@type': type('filters.network.http_connection_manager.v3.HttpConnectionManager'),
              stat_prefix: 'bench',
              ...(tags === undefined ? {} : { tracing: tracing(tags) }),
              route_config: {
                virtual_hosts: [
                  {
                    name: 'bench',
                    domains: ['*'],
                    ...(proves ? { response_headers_to_add: shown } : {}),
                    routes: [{ match: { prefix: '/' }, direct_response: { status: 200 } }],
                  },
                ],
              },
              http_filters: [
                ...filters,
                {
                  name: 'envoy.filters.http.router',
                  typed_config: { '@type': type('filters.http.router.v3.Router') },
                },
              ],
            },
          },
        ],
      },
    ],
  };
}

function tracing(tags: readonly object[]): object {
  return {
    random_sampling: { value: 100 },
    custom_tags: tags,
    provider: {
      name: 'envoy.tracers.opentelemetry',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig',
        service_name: 'bench',
        http_service: { http_uri: { uri: 'http://sink/v1/traces', cluster: 'sink', timeout: '1s' } },
      },
    },
  };
}

/** A Wasm filter in a VM of its own. */
export function wasmFilter(name: string, path: string, configuration?: object): object {
  const text = configuration === undefined ? undefined : JSON.stringify(configuration);
  return {
    name,
    typed_config: {
      '@type': type('filters.http.wasm.v3.Wasm'),
      config: {
        name,
        root_id: name,
        vm_config: { vm_id: name, runtime: 'envoy.wasm.runtime.v8', code: { local: { filename: path } } },
        ...(text === undefined
          ? {}
          : { configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: text } }),
      },
    },
  };
}

export function luaFilter(source: string): object {
  return {
    name: 'lua',
    typed_config: {
      '@type': type('filters.http.lua.v3.Lua'),
      default_source_code: { inline_string: source },
    },
  };
}

function loopback(port: number): object {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function type(name: string): string {
  return `type.googleapis.com/envoy.extensions.${name}`;
}
