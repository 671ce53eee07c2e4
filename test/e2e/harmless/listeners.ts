/**
 * The bootstrap of these tests: what the generator makes, its one listener become several, and of each one a
 * twin that differs in nothing but the filter.
 */
import { DEFAULT_ATTRIBUTES } from '@meshspan/cli/demo/topology.ts';
import type { EnvoyLauncher } from '@meshspan/cli/envoy/envoy.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { filterStateTags } from '@meshspan/cli/generate/envoy-config/custom-tags.ts';
import { COLLECTOR_CLUSTER } from '@meshspan/cli/generate/envoy-config/tracer.ts';
import { DEAD_PORT, FILTER } from '../shop.ts';
import { routes } from './routes.ts';

/** The Envoy has each listener twice: `<listener>-with` and `<listener>-without`. */
export type Side = 'with' | 'without';
const SIDES: readonly Side[] = ['with', 'without'];

export type ListenerName = 'plain' | 'large' | 'buffer-after' | 'buffer-before' | 'strict';

type Json = Record<string, unknown>;

/** What a listener has beside the defaults: fields of the HTTP connection manager, filters, buffer. */
interface Listener {
  readonly manager: Json;
  /** HTTP filters in front of the place where meshspan stands, and behind it. */
  readonly before?: readonly Json[];
  readonly after?: readonly Json[];
  readonly bufferBytes?: number;
}

/** Longest body that the buffer filter takes. */
export const BUFFER_BYTES = 1000;
const BUFFER = {
  name: 'envoy.filters.http.buffer',
  typed_config: {
    '@type': type('filters.http.buffer.v3.Buffer'),
    max_request_bytes: BUFFER_BYTES,
  },
};

/**
 * The default attributes, and all that has the filter do more and is to change nothing either: every kind of source, the
 * response phase, names of spans, counters.
 */
const CONFIGURATION = {
  attributes: [
    { key: 'user.id', from: [{ header: 'x-user-id' }], default: 'anonymous', to: { metric: true } },
    { key: 'tenant.id', from: [{ header: 'x-tenant-id' }] },
    { key: 'cluster', from: [{ node: 'CLUSTER_ID' }] },
    {
      key: 'said',
      from: [{ cookie: 'a' }, { query: 'a' }, { path: '/{a}/**' }, { baggage: 'a' }],
      maxDistinct: 10,
      lowercase: true,
    },
    { key: 'token', from: [{ jwt: 'sub' }, { jwt: 'sub', unverified: true }], mask: 2 },
    { key: 'code', from: [{ responseCode: true }], to: { metric: true } },
    { key: 'flags', from: [{ flags: true }, { responseHeader: 'server' }] },
    { key: 'took', from: [{ duration: true }] },
    { key: 'upstream', from: [{ property: 'upstream.address' }], default: 'none' },
  ],
  spanName: ['GET /honest/{what}', 'POST /honest/**', '/rude/*', '/http2/**'],
};

export const LISTENERS: Readonly<Record<ListenerName, Listener>> = {
  plain: {
    manager: {
      http_protocol_options: {
        accept_http_10: true,
        default_host_for_http_10: 'shop.test',
        enable_trailers: true,
      },
      upgrade_configs: [{ upgrade_type: 'websocket' }],
    },
  },
  large: {
    manager: {
      max_request_headers_kb: 8192,
      common_http_protocol_options: { max_headers_count: 1000 },
      proxy_100_continue: true,
    },
  },
  'buffer-after': { manager: {}, after: [BUFFER] },
  'buffer-before': { manager: {}, before: [BUFFER] },
  strict: {
    manager: { request_timeout: '0.2s', stream_idle_timeout: '0.4s' },
    bufferBytes: 1024,
  },
};

/** Ports of the servers that the routes lead to. */
export interface UpstreamPorts {
  readonly honest: number;
  readonly rude: number;
  readonly http2: number;
}

export function pairedBootstrap(launcher: EnvoyLauncher, collector: number, ports: UpstreamPorts): object {
  const host = launcher.hostFromEnvoy;
  const upstreams = { ...ports, down: DEAD_PORT };
  const bootstrap = envoyBootstrap({
    name: 'pairs',
    ...launcher.place(0),
    node: { cluster: 'pairs', metadata: { CLUSTER_ID: 'eu-central' } },
    routes: Object.entries(upstreams).map(([name, port]) => ({
      prefix: `/${name}/`,
      upstream: { name, host, port },
    })),
    tracing: {
      kind: 'otlp+http',
      customTags: filterStateTags(DEFAULT_ATTRIBUTES),
      collector: { host, port: collector },
      serviceName: 'pairs',
    },
    flushIntervalMs: 20,
    filter: { path: launcher.share(FILTER), configuration: CONFIGURATION },
  }) as Bootstrap;
  const [generated] = bootstrap.static_resources.listeners;
  const listeners = Object.entries(LISTENERS).flatMap(([name, listener]) =>
    SIDES.map((side) => twin(generated, name, side, listener)),
  );
  const clusters = bootstrap.static_resources.clusters.map((cluster) => ({
    ...cluster,
    ...protocol(cluster.name),
  }));
  return { ...bootstrap, static_resources: { listeners, clusters } };
}

/** The parts of a bootstrap that are changed here. */
interface Bootstrap extends Json {
  static_resources: {
    listeners: [GeneratedListener];
    clusters: (Json & { name: string })[];
  };
}
interface GeneratedListener extends Json {
  filter_chains: [{ filters: [{ name: string; typed_config: Json & { http_filters: Json[] } }] }];
}

function twin(generated: GeneratedListener, listener: string, side: Side, options: Listener): object {
  const { manager, before = [], after = [], bufferBytes } = options;
  const name = `${listener}-${side}`;
  const [network] = generated.filter_chains[0].filters;
  const [meshspan, router] = network.typed_config.http_filters;
  const typed_config = {
    ...network.typed_config,
    ...manager,
    stat_prefix: name,
    // An answer that ends the connection is else followed by a second of waiting for the client to close.
    delayed_close_timeout: '0.05s',
    route_config: { name: 'routes', virtual_hosts: [{ name: 'all', domains: ['*'], routes: routes() }] },
    http_filters: [...before, ...(side === 'with' ? [meshspan] : []), ...after, router],
  };
  return {
    ...generated,
    name,
    ...(bufferBytes === undefined ? {} : { per_connection_buffer_limit_bytes: bufferBytes }),
    filter_chains: [{ filters: [{ ...network, typed_config }] }],
  };
}

/** HTTP/1.1 with trailers for the services that speak it, HTTP/2 for the one that speaks that. */
function protocol(cluster: string): object {
  if (cluster === COLLECTOR_CLUSTER) return {};
  const explicit =
    cluster === 'http2'
      ? { http2_protocol_options: {} }
      : { http_protocol_options: { enable_trailers: true } };
  return {
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': type('upstreams.http.v3.HttpProtocolOptions'),
        explicit_http_config: explicit,
      },
    },
  };
}

function type(name: string): string {
  return `type.googleapis.com/envoy.extensions.${name}`;
}
