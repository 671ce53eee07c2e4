/** One Envoy whose filter can be configured anew while it serves. It answers by itself, with what the filter set. */
import { join } from 'node:path';
import type { EnvoyLauncher, RunningEnvoy } from '@meshspan/cli/envoy/envoy.ts';
import { envoyBootstrap } from '@meshspan/cli/generate/envoy-config/bootstrap.ts';
import { filterStateOperator } from '@meshspan/cli/plan/attribute-route.ts';
import {
  DISCOVERED,
  DISCOVERED_FILTER,
  type ExtensionConfigs,
  startExtensionConfigs,
} from './extension-configs.ts';

export interface ReconfiguredProxy {
  readonly envoy: RunningEnvoy;
  readonly url: string;
  /** Offers the filter's JSON; resolves when Envoy has taken it or refused it. */
  configure(configuration: object): Promise<void>;
  /** A counter or gauge of Envoy's; rejects when there is none of that name. */
  statistic(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** The built filter. */
export const FILTER: string = join(import.meta.dirname, '../../filter/build/meshspan.wasm');
/** Bytes of a request's head that Envoy takes, in KiB. */
const MAX_HEADERS_KB = 128;
export const KEY = 'a key of the platform team';

export interface ReconfiguredOptions {
  /** Path of the .wasm; default: the one that was built. */
  readonly filter?: string;
  /** Attributes that come back as headers of the answer, `x-<key>`. */
  readonly shown?: readonly string[];
  readonly concurrency?: number;
}

export async function startReconfigured(
  launcher: EnvoyLauncher,
  first: object,
  { filter = FILTER, shown = [], concurrency = 1 }: ReconfiguredOptions = {},
): Promise<ReconfiguredProxy> {
  const [wasm, bootstrap] = bootstrapOf(launcher, filter, shown);
  const configs = await startExtensionConfigs(configured(wasm, first));
  try {
    const complete = bootstrap({ host: launcher.hostFromEnvoy, port: configs.port });
    const envoy = await launcher.start({ name: 'soak', bootstrap: complete, port: 0, concurrency });
    return {
      envoy,
      url: envoy.url('soak'),
      configure: async (configuration) => {
        await configs.offer(configured(wasm, configuration));
      },
      async statistic(name) {
        const answer = await (await fetch(`${envoy.admin}/stats?filter=^${name}$`)).text();
        const value = /: (\d+)/.exec(answer)?.[1];
        if (value === undefined) throw new Error(`Envoy has no statistic ${name}`);
        return Number(value);
      },
      stop: () => stopBoth(envoy, configs),
    };
  } catch (error) {
    await configs.stop();
    throw error;
  }
}

async function stopBoth(envoy: RunningEnvoy, configs: ExtensionConfigs): Promise<void> {
  await envoy.stop();
  await configs.stop();
}

type Json = Readonly<Record<string, unknown>>;
interface Generated extends Json {
  readonly static_resources: { readonly listeners: readonly [Listener]; readonly clusters: readonly Json[] };
}
interface Listener extends Json {
  readonly filter_chains: readonly [{ readonly filters: readonly [{ readonly typed_config: Manager }] }];
}
interface Manager extends Json {
  readonly http_filters: readonly [{ readonly typed_config: Json & { readonly config: Json } }, Json];
  readonly route_config: { readonly virtual_hosts: readonly [Json] };
}

/** The generated bootstrap with the filter taken out: that comes by discovery. */
function bootstrapOf(
  launcher: EnvoyLauncher,
  filter: string,
  shown: readonly string[],
): [Json & { readonly config: Json }, (endpoint: { host: string; port: number }) => object] {
  const generated = envoyBootstrap({
    name: 'soak',
    ...launcher.place(0),
    node: { cluster: 'soak', metadata: { CLUSTER_ID: 'eu-central' } },
    routes: [{ prefix: '/', directResponse: 200 }],
    // Without a tracer: what is looked at is the filter.
    tracing: {
      kind: 'otlp+http',
      collector: { host: '127.0.0.1', port: 1 },
      serviceName: 'soak',
      customTags: [],
    },
    filter: { path: launcher.share(filter), environment: { KEY } },
  }) as Generated;
  const [listener] = generated.static_resources.listeners;
  const [network] = listener.filter_chains[0].filters;
  const { tracing: _, ...manager } = network.typed_config;
  const [wasm, router] = manager.http_filters;
  const [host] = manager.route_config.virtual_hosts;
  const typed_config = {
    ...manager,
    max_request_headers_kb: MAX_HEADERS_KB,
    http_filters: [DISCOVERED_FILTER, router],
    route_config: {
      name: 'soak',
      virtual_hosts: [
        {
          ...host,
          response_headers_to_add: shown.map((key) => ({
            header: { key: `x-${key}`, value: filterStateOperator(key) },
          })),
        },
      ],
    },
  };
  const listeners = [{ ...listener, filter_chains: [{ filters: [{ ...network, typed_config }] }] }];
  return [
    wasm.typed_config,
    (endpoint) => ({
      ...generated,
      static_resources: { listeners, clusters: [cluster(endpoint)] },
    }),
  ];
}

function configured(wasm: Json & { readonly config: Json }, configuration: object): object {
  const value = {
    '@type': 'type.googleapis.com/google.protobuf.StringValue',
    value: JSON.stringify(configuration),
  };
  return { ...wasm, config: { ...wasm.config, configuration: value } };
}

function cluster({ host, port }: { host: string; port: number }): object {
  const address = { socket_address: { address: host, port_value: port } };
  return {
    name: DISCOVERED,
    type: 'STRICT_DNS',
    load_assignment: {
      cluster_name: DISCOVERED,
      endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
  };
}
