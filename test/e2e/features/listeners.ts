/** The bootstrap of these tests: what the generator makes, its one listener become one for each configuration. */
import type { EnvoyLauncher } from '@meshspan/cli/envoy/envoy.ts';
import { capabilityRestriction } from '@meshspan/cli/filter/capabilities.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { statsTags } from '@meshspan/cli/generate/envoy-config/stats-tags.ts';
import type { Tracer } from '@meshspan/cli/generate/envoy-config/tracer.ts';
import { filterStateOperator } from '@meshspan/cli/plan/attribute-route.ts';
import { DEAD_PORT, FILTER } from '../shop.ts';

export type Json = Readonly<Record<string, unknown>>;

/** A configuration of the filter, as far as the tests look into it. */
export interface Configuration extends Json {
  readonly attributes: readonly (Json & { readonly key: string })[];
}

/** A listener: the filter with a configuration, and what stands around it. */
export interface Feature {
  /** One plugin for each, in this order; all of them share a VM, as in Istio. */
  readonly configurations: readonly Configuration[];
  /** A VM of the listener's own, which may do no more than this. */
  readonly capabilities?: readonly string[];
  /** HTTP filters in front of the filter, and behind it. */
  readonly before?: readonly Json[];
  readonly after?: readonly Json[];
  /** Fields of the HTTP connection manager; those of `tracing` are added to the harness's own. */
  readonly manager?: Json;
  readonly tracing?: Json;
  /** Fields of the listener, and the transport socket of its filter chain. */
  readonly listener?: Json;
  readonly transportSocket?: Json;
  /** Routes in front of the usual ones: `/direct` (200 of Envoy's own), `/down` (nobody listens), `/` (echo). */
  readonly routes?: readonly Json[];
}

export type Features = Readonly<Record<string, Feature>>;

/** Where Envoy's calls go. */
export interface Servers {
  readonly echo: number;
  readonly collector: number;
}

/** What the whole Envoy has beside its listeners. */
export interface ProxyOptions {
  /** The filter's module. Default `meshspan.wasm`. */
  readonly filter?: string;
  readonly tracer?: Tracer['kind'];
  /** Environment variables of the filter's VM. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Labels of `to.metric`, each of which gets its rule in Envoy's `stats_tags`. */
  readonly labels?: readonly string[];
}

/** A route on which Envoy itself follows the echo's redirect: the request passes the filter a second time. */
export const FOLLOWED: Json = {
  match: { prefix: '/status/302' },
  route: { cluster: 'echo', internal_redirect_policy: {} },
};

/** Filter state beside the attributes. */
const OWN_KEYS = ['span_name', 'http.route'];
/** In front of the filter's tags, so that none is mistaken for one of Envoy's own. */
export const TAG_PREFIX = 'filter:';
/** Header by which the access log is told apart. */
export const CALL_HEADER = 'x-call';
const METADATA = { CLUSTER_ID: 'eu-central', NAMESPACE: 'shop' };

export function featuresBootstrap(
  launcher: EnvoyLauncher,
  features: Features,
  servers: Servers,
  { filter = FILTER, tracer = 'otlp+http', environment = {}, labels = [] }: ProxyOptions,
): object {
  const host = launcher.hostFromEnvoy;
  const bootstrap = envoyBootstrap({
    name: 'features',
    ...launcher.place(0),
    node: { cluster: 'features', metadata: METADATA },
    routes: [
      { prefix: '/direct', directResponse: 200 },
      { prefix: '/down', upstream: { name: 'down', host, port: DEAD_PORT } },
      { prefix: '/', upstream: { name: 'echo', host, port: servers.echo } },
    ],
    tracing: {
      kind: tracer,
      customTags: [],
      collector: { host, port: servers.collector },
      serviceName: 'features',
    },
    flushIntervalMs: 20,
    statsTags: statsTags(labels.map((key) => ({ key, to: { metric: true } }))),
    filter: { path: launcher.share(filter), environment },
  }) as Bootstrap;
  const [generated] = bootstrap.static_resources.listeners;
  const listeners = Object.entries(features).map(([name, feature]) => listener(generated, name, feature));
  return {
    ...bootstrap,
    static_resources: { ...bootstrap.static_resources, listeners },
  };
}

/** The parts of a bootstrap that are changed here. */
interface Bootstrap extends Json {
  readonly static_resources: Json & { readonly listeners: readonly [GeneratedListener] };
}
interface Manager extends Json {
  readonly tracing: Json;
  readonly route_config: { readonly virtual_hosts: readonly [Json & { readonly routes: readonly Json[] }] };
  readonly http_filters: readonly [WasmFilter, Json];
}
interface GeneratedListener extends Json {
  readonly filter_chains: readonly [
    { readonly filters: readonly [{ readonly name: string; readonly typed_config: Manager }] },
  ];
}
interface WasmFilter extends Json {
  readonly typed_config: Json & { readonly config: Json & { readonly vm_config: Json } };
}

function listener(generated: GeneratedListener, name: string, feature: Feature): object {
  const { configurations, before = [], after = [], routes = [], transportSocket } = feature;
  const [network] = generated.filter_chains[0].filters;
  const manager = network.typed_config;
  const [wasm, router] = manager.http_filters;
  const [host] = manager.route_config.virtual_hosts;
  const keys = [
    ...configurations.flatMap(({ attributes }) => attributes.flatMap(({ key }) => [key, `${key}.trust`])),
    ...OWN_KEYS,
  ];
  const typed_config = {
    ...manager,
    stat_prefix: name,
    access_log: [accessLog(keys)],
    ...feature.manager,
    tracing: { ...manager.tracing, custom_tags: tags(keys), ...feature.tracing },
    route_config: { name, virtual_hosts: [{ ...host, routes: [...routes, ...host.routes] }] },
    http_filters: [
      ...before,
      ...configurations
        .map((configuration, index) => configured(wasm, `${name}-${index}`, configuration))
        .map((filter) => restricted(filter, name, feature.capabilities)),
      ...after,
      router,
    ],
  };
  const chain = {
    filters: [{ ...network, typed_config }],
    ...(transportSocket === undefined ? {} : { transport_socket: transportSocket }),
  };
  return { ...generated, name, ...feature.listener, filter_chains: [chain] };
}

function configured(wasm: WasmFilter, name: string, configuration: Json): WasmFilter {
  const value = {
    '@type': 'type.googleapis.com/google.protobuf.StringValue',
    value: JSON.stringify(configuration),
  };
  const config = { ...wasm.typed_config.config, name, root_id: name, configuration: value };
  return { ...wasm, name, typed_config: { ...wasm.typed_config, config } };
}

/**
 * In the plugin's field, which all versions take (1.40 calls it deprecated), and with a vm_id: before 1.40 the first
 * plugin of a VM would set the restriction for all of them.
 */
function restricted(wasm: WasmFilter, id: string, capabilities: readonly string[] | undefined): WasmFilter {
  if (capabilities === undefined) return wasm;
  const { config } = wasm.typed_config;
  const restriction = { capability_restriction_config: capabilityRestriction(capabilities) };
  const vm_config = { ...config.vm_config, vm_id: id };
  return {
    ...wasm,
    typed_config: { ...wasm.typed_config, config: { ...config, ...restriction, vm_config } },
  };
}

function tags(keys: readonly string[]): object[] {
  return keys.map((key) => ({
    tag: `${TAG_PREFIX}${key}`,
    value: filterStateOperator(key),
  }));
}

/** A line of JSON on stdout for each request. What has no value is left out. */
function accessLog(keys: readonly string[]): object {
  const attributes = keys.map((key) => [key, filterStateOperator(key)]);
  return {
    name: 'envoy.access_loggers.stdout',
    typed_config: {
      '@type': type('access_loggers.stream.v3.StdoutAccessLog'),
      log_format: {
        omit_empty_values: true,
        json_format: {
          call: `%REQ(${CALL_HEADER})%`,
          trace: '%TRACE_ID%',
          upstream: '%UPSTREAM_REMOTE_ADDRESS%',
          route: '%ROUTE_NAME%',
          attributes: Object.fromEntries(attributes),
        },
      },
    },
  };
}

export function type(name: string): string {
  return `type.googleapis.com/envoy.extensions.${name}`;
}
