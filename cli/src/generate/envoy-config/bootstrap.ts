/** A whole static Envoy configuration (`envoy.config.bootstrap.v3.Bootstrap`). */
import type { Endpoint } from '../../config/model.ts';
import { cluster, socketAddress } from './cluster.ts';
import { type ConnectionManagerOptions, connectionManager } from './connection-manager.ts';
import { extension, type Json } from './extension.ts';
import { withSampling } from './sampling-route.ts';
import { collectorCluster, flushInterval } from './tracer.ts';

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
export interface BootstrapOptions extends ConnectionManagerOptions {
  /** Name of the listener, and of the statistics. */
  readonly name: string;
  readonly listen: Endpoint;
  readonly admin: Endpoint;
  /** Envoy's `node.cluster` and node metadata (Istio's keys, such as CLUSTER_ID). */
  readonly node: { readonly cluster: string; readonly metadata?: Readonly<Record<string, string>> };
  readonly routes: readonly Route[];
  /**
   * Requests that are all sampled: those that the filter has marked here, and with `header` those that came with
   * the mark of a proxy before this one. Default: none.
   */
  readonly samplesBy?: { readonly header?: string } | undefined;
  /** Rules that make labels of the filter's metrics. Default: none. */
  readonly statsTags?: readonly Json[];
  /** Milliseconds between two exports of spans. Default: Envoy's own, 5000. */
  readonly flushIntervalMs?: number;
}

/** The bootstrap as an object; JSON and YAML print it alike. */
export function envoyBootstrap(options: BootstrapOptions): object {
  const { admin, node, routes, tracing, statsTags = [], flushIntervalMs } = options;
  const upstreams = new Map<string, Endpoint>();
  for (const route of routes) if ('upstream' in route) upstreams.set(route.upstream.name, route.upstream);
  return {
    node: { cluster: node.cluster, metadata: node.metadata ?? {} },
    admin: { address: socketAddress(admin) },
    ...(flushIntervalMs === undefined ? {} : { layered_runtime: flushInterval(tracing, flushIntervalMs) }),
    ...(statsTags.length === 0 ? {} : { stats_config: { stats_tags: statsTags } }),
    static_resources: {
      listeners: [listener(options)],
      clusters: [
        collectorCluster(tracing),
        ...[...upstreams].map(([name, endpoint]) => cluster(name, endpoint)),
      ],
    },
  };
}

/** The routes of a virtual host (`envoy.config.route.v3.Route`), those that sample in front of their like. */
export function envoyRoutes({ routes, samplesBy }: Pick<BootstrapOptions, 'routes' | 'samplesBy'>): object[] {
  return routes.flatMap((route) => {
    const match = { prefix: route.prefix };
    const plain =
      'upstream' in route
        ? { match, route: { cluster: route.upstream.name } }
        : { match, direct_response: { status: route.directResponse } };
    return samplesBy === undefined ? [plain] : withSampling(plain, samplesBy.header);
  });
}

function listener(options: BootstrapOptions): object {
  const { name, listen } = options;
  const { tracing, http_filters, ...others } = connectionManager(options);
  const virtualHost = { name, domains: ['*'], routes: envoyRoutes(options) };
  const manager = extension(
    'envoy.filters.network.http_connection_manager',
    'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    {
      stat_prefix: name,
      tracing,
      ...others,
      route_config: { name, virtual_hosts: [virtualHost] },
      http_filters,
    },
  );
  return { name, address: socketAddress(listen), filter_chains: [{ filters: [manager] }] };
}
