/** The shop in a mesh: Istio's control plane from files, agents that fetch the module, real Envoys, a real collector. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../tools/free-ports.ts';
import { startRegistry } from '../tools/registry.ts';
import { startXdsServer, type XdsServer } from '../tools/xds-server.ts';
import { type Agent, startAgent } from './agent.ts';
import { type SpanFile, startSpanFile } from './collector.ts';
import { type Definition, type Generated, shopDefinition } from './definition.ts';
import { IS_ISTIO_ENVOY } from './proxy-image.ts';
import { type Attach, RELEASE } from './releases.ts';
import { CLUSTER, portOf, serves, startService } from './services.ts';
import { NAMESPACE, type Ports, surroundings } from './surroundings.ts';

export interface Mesh {
  readonly collector: SpanFile;
  readonly agents: { readonly edge: Agent; readonly orders: Agent; readonly inventory: Agent };
  readonly definition: Definition;
  /** Address of the registry that has the filter. */
  readonly registry: string;
  /** An order, asked for at the gateway: edge → orders' sidecar → orders → its sidecar → inventory's → inventory. */
  readonly url: string;
  /** Host header that the gateway routes. */
  readonly host: string;
  /** Serves these files, and only these, beside what the machine needs. Resolves with how many resources changed. */
  apply(resources: readonly string[]): Promise<number>;
  /** Writes a resource of a test's own, for `apply`. */
  resource(name: string, text: string): Promise<string>;
  /** Istio's control plane ends, and another takes its place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface MeshOptions {
  /** How the filter is brought. Default: that of the example. */
  readonly attach?: Attach;
  /** What happens between the push of the filter and the start of the proxies. */
  readonly before?: (
    definition: Definition,
    registry: { address: string; stop(): Promise<void> },
  ) => Promise<void>;
}

/** Starts all of it, of this run's release, in a folder of its own, which `stop` removes. */
export async function startMesh({ attach, before }: MeshOptions = {}): Promise<Mesh> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-istio-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const keep = <T extends { stop(): Promise<void> }>(part: T): T => {
    stops.push(() => part.stop());
    return part;
  };
  try {
    const [gateway, ordersIn, inventoryIn, ordersService, inventoryService, otel, otlp] = (await freePorts(
      7,
    )) as Seven;
    const registry = keep(await startRegistry());
    const definition = await shopDefinition(folder, {
      ...{ collector: `otel.observability:${otel}`, registry: registry.address },
      ...{ istio: RELEASE.istio, attach },
    });
    const generated = await definition.generate('generated');
    const collector = keep(await startSpanFile(folder, generated.collector, otlp));
    const inventory = keep(await startService('inventory', {}));
    const orders = keep(
      await startService('orders', { INVENTORY_URL: `http://127.0.0.1:${inventoryService}` }),
    );
    const ports = { gateway, ordersIn, inventoryIn, ordersService, inventoryService, otel, otlp };
    await before?.(definition, registry);
    const served = before === undefined ? generated : await definition.generate('served');

    const plane = await controlPlane(folder, served, {
      ...ports,
      ...{ orders: await portOf(orders), inventory: await portOf(inventory) },
    });
    stops.push(() => plane.server().stop());
    const of = {
      defaultConfig: generated.defaultConfig,
      cluster: CLUSTER,
      release: RELEASE,
      registry: registry.address,
      discovery: plane.server().address,
    };
    const proxy = async (app: string, port: number, kind: 'sidecar' | 'router'): Promise<Agent> => {
      const namespace = kind === 'router' ? 'ingress' : NAMESPACE;
      const agent = keep(await startAgent({ ...of, app, kind, namespace, folder: join(folder, app) }));
      await serves(`http://127.0.0.1:${port}/`, agent);
      return agent;
    };
    const agents = {
      inventory: await proxy('inventory', inventoryIn, 'sidecar'),
      orders: await proxy('orders', ordersIn, 'sidecar'),
      edge: await proxy('edge', gateway, 'router'),
    };
    await serves(`http://127.0.0.1:${inventoryService}/`, agents.orders);
    return {
      ...{ collector, agents, definition, stop, registry: registry.address },
      ...{ url: `http://127.0.0.1:${gateway}/orders/7`, host: 'shop.example' },
      apply: plane.apply,
      restart: plane.restart,
      async resource(name, text) {
        const file = join(folder, `${name}.yaml`);
        await writeFile(file, text);
        return file;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Seven = [number, number, number, number, number, number, number];

/** What `startXdsServer` leaves out for upstream's Envoy. */
const ISTIO_FILTERS = { PILOT_ENABLE_METADATA_EXCHANGE: 'true', PILOT_ENABLE_ALPN_FILTER: 'true' };

/** One file of resources that is served, so that its content can be another one later. */
async function controlPlane(
  folder: string,
  generated: Generated,
  ports: Ports,
): Promise<{
  server(): XdsServer;
  apply(resources: readonly string[]): Promise<number>;
  restart(): Promise<void>;
}> {
  const [mesh, around, applied] = ['mesh.yaml', 'around.yaml', 'applied.yaml'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const write = async (resources: readonly string[]): Promise<void> => {
    const texts = await Promise.all(resources.map((file) => readFile(file, 'utf8')));
    await writeFile(applied, texts.join('\n---\n'));
  };
  // As Istio is installed; but upstream's Envoy has not its statistics filter, and refuses a listener with it.
  const providers = IS_ISTIO_ENVOY ? '{ metrics: [prometheus] }' : '{}';
  await writeFile(mesh, `${await readFile(generated.meshConfig, 'utf8')}\ndefaultProviders: ${providers}\n`);
  await writeFile(around, surroundings(ports));
  await write(generated.resources);
  const options = {
    ...{ mesh, configs: [around, applied], tool: RELEASE.controlPlane },
    env: IS_ISTIO_ENVOY ? ISTIO_FILTERS : {},
  };
  let server = await startXdsServer(options);
  return {
    server: () => server,
    async apply(resources) {
      await write(resources);
      return server.reload();
    },
    async restart() {
      const { address } = server;
      await server.stop();
      server = await startXdsServer({ ...options, address });
    },
  };
}
