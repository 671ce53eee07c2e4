import type { EnvoyLauncher, RunningEnvoy } from '../envoy/envoy.ts';
import { envoyBootstrap, type Route } from '../generate/envoy-config/bootstrap.ts';
import { filterStateTags } from '../generate/envoy-config/custom-tags.ts';
import { type GuardedProcess, startGuarded } from '../process/guarded.ts';

/** The attributes that the filter sets without a configuration. */
export const DEFAULT_ATTRIBUTES = ['user.id', 'tenant.id', 'cluster'] as const;

/** What a topology is made of. */
export interface TopologyOptions {
  readonly launcher: EnvoyLauncher;
  /** Path of the built filter on this machine. */
  readonly filter: string;
  /** The filter's configuration; default none. A string goes out as it is, also when it is not JSON. */
  readonly configuration?: object | string;
  /** Environment variables of the filter's VM. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Keys that Envoy copies to spans. Default: the three of the filter without configuration. */
  readonly attributes?: readonly string[];
  readonly tracer: 'otlp+http' | 'zipkin';
  /** Port on this machine that spans go to. */
  readonly collectorPort: number;
  /** Paths of the two Node services: `orders` calls INVENTORY_URL. */
  readonly services: { readonly orders: string; readonly inventory: string };
  /** Port of the edge Envoy; default: a free one. */
  readonly port?: number;
  /** Routes of the edge that come before the one to `orders`. */
  readonly edgeRoutes?: readonly Route[];
  readonly concurrency?: number;
  readonly progress?: (text: string) => void;
}

/** Client → Envoy `edge` → Express `orders` → Envoy `inventory` → Fastify `inventory`, all on loopback. */
export interface Topology {
  /** Base URL of the edge. */
  readonly url: string;
  readonly edge: RunningEnvoy;
  readonly sidecar: RunningEnvoy;
  stop(): Promise<void>;
}

/** Starts the topology from its far end, so that each part finds the next one ready. */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const { launcher, services, progress = () => {} } = options;
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((part) => part.stop()));
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    started.push(part);
    return part;
  };
  try {
    progress('starting the Fastify service inventory …');
    const inventory = keep(await startService('inventory', services.inventory, {}));
    const inventoryPort = await listeningPort(inventory);

    progress(`starting the inner Envoy (${launcher.description}) …`);
    const sidecar = keep(
      await startEnvoy(options, {
        name: 'inventory-proxy',
        clusterId: 'eu-west',
        port: 0,
        routes: [{ prefix: '/stock/', upstream: upstream('inventory', inventoryPort, launcher) }],
      }),
    );

    progress('starting the Express service orders …');
    const orders = keep(
      await startService('orders', services.orders, { INVENTORY_URL: sidecar.url('inventory-proxy') }),
    );
    const ordersPort = await listeningPort(orders);

    progress('starting the edge Envoy …');
    const edge = keep(
      await startEnvoy(options, {
        name: 'edge',
        clusterId: 'eu-central',
        port: options.port ?? 0,
        routes: [
          ...(options.edgeRoutes ?? []),
          { prefix: '/orders/', upstream: upstream('orders', ordersPort, launcher) },
        ],
      }),
    );
    return { url: edge.url('edge'), edge, sidecar, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface EnvoyRole {
  readonly name: string;
  readonly clusterId: string;
  readonly port: number;
  readonly routes: readonly Route[];
}

function startEnvoy(
  options: TopologyOptions,
  { name, clusterId, port, routes }: EnvoyRole,
): Promise<RunningEnvoy> {
  const { launcher, filter, configuration, attributes = DEFAULT_ATTRIBUTES, tracer, collectorPort } = options;
  const bootstrap = envoyBootstrap({
    name,
    ...launcher.place(port),
    node: { cluster: name, metadata: { CLUSTER_ID: clusterId } },
    routes,
    tracing: {
      kind: tracer,
      collector: { host: launcher.hostFromEnvoy, port: collectorPort },
      serviceName: name,
      customTags: filterStateTags(attributes),
    },
    // People and tests wait for the spans; five seconds is Envoy's default.
    flushIntervalMs: 100,
    filter: {
      path: launcher.share(filter),
      ...(configuration === undefined ? {} : { configuration }),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    },
  });
  return launcher.start({ name, bootstrap, port, concurrency: options.concurrency ?? 1 });
}

function upstream(
  name: string,
  port: number,
  launcher: EnvoyLauncher,
): { name: string; host: string; port: number } {
  return { name, host: launcher.hostFromEnvoy, port };
}

function startService(name: string, path: string, env: Record<string, string>): Promise<GuardedProcess> {
  return startGuarded(process.execPath, [path], {
    name,
    code: 'MESHSPAN_ERR_SERVICE_FAILED',
    env: { ...env, PORT: '0' },
  });
}

async function listeningPort(service: GuardedProcess): Promise<number> {
  const [, port] = await service.waitForLine(/listens on http:\/\/[^:]+:(\d+)/);
  return Number(port);
}
