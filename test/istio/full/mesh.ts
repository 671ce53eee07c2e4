/** The whole: a cluster's API server, istiod, a registry, a collector, and the example's two services in two sidecars. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePorts } from '../../tools/free-ports.ts';
import { istioCrds } from '../../tools/istio.ts';
import { startRegistry } from '../../tools/registry.ts';
import { type Agent, startAgent } from '../agent.ts';
import { type SpanFile, startSpanFile } from '../collector.ts';
import { type Definition, type Generated, shopDefinition } from '../definition.ts';
import { RELEASES } from '../releases.ts';
import { CLUSTER, portOf, serves, startService } from '../services.ts';
import { NAMESPACE } from '../surroundings.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { ADDRESSES, aroundOf } from './around.ts';
import { type Istiod, startIstiod } from './istiod.ts';

export interface FullMesh {
  readonly cluster: ApiServer;
  readonly istiod: Istiod;
  readonly collector: SpanFile;
  readonly agents: { readonly orders: Agent; readonly inventory: Agent };
  readonly definition: Definition;
  /** What was applied at the start. */
  readonly generated: Generated;
  /** Where an order is asked for: through orders' sidecar, and out of it and into inventory's. */
  readonly url: string;
  /** inventory's sidecar, past that of its caller. */
  readonly direct: string;
  readonly folder: string;
  /** Seconds that each part took to start, in this order. */
  readonly seconds: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** istiod and istioctl are built of the newest only. */
const [RELEASE] = RELEASES;

/** Starts all of it in a folder of its own, which `stop` removes. */
export async function startFullMesh(): Promise<FullMesh> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-istio-full-'));
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const seconds: Record<string, number> = {};
  async function part<T extends { stop(): Promise<void> }>(
    name: string,
    start: () => Promise<T>,
  ): Promise<T> {
    const started = performance.now();
    const running = await start();
    stops.push(() => running.stop());
    seconds[name] = Math.round((performance.now() - started) / 10) / 100;
    return running;
  }
  try {
    const cluster = await part('kube-apiserver', () => startApiServer(join(folder, 'kubernetes')));
    const registry = await part('registry', () => startRegistry());
    const [ordersIn = 0, inventoryIn = 0, inventoryService = 0, otel = 0, otlp = 0] = await freePorts(5);
    const definition = await shopDefinition(folder, {
      ...{ collector: `otel.observability:${otel}`, registry: registry.address },
      istio: RELEASE.istio,
    });
    const generated = await definition.generate('generated');
    const collector = await part('otelcol', () => startSpanFile(folder, generated.collector, otlp));
    const inventory = await part('inventory', () => startService('inventory', {}));
    const orders = await part('orders', () =>
      startService('orders', { INVENTORY_URL: `http://127.0.0.1:${inventoryService}` }),
    );
    const at = { ordersIn, inventoryIn, inventoryService, otel, collector: otlp };
    const around = join(folder, 'around.yaml');
    await writeFile(
      around,
      aroundOf(at, {
        orders: await portOf(orders),
        inventory: await portOf(inventory),
      }),
    );

    const applied = performance.now();
    await cluster.apply(await istioCrds());
    await established(cluster);
    for (const name of ['istio-system', NAMESPACE, 'observability'])
      await cluster.kubectl('create', 'namespace', name);
    await cluster.apply(await meshConfigMap(folder, generated), around, generated.folder);
    seconds.apply = Math.round((performance.now() - applied) / 10) / 100;

    const { kubeconfig } = cluster;
    const istiod = await part('istiod', () =>
      startIstiod({ kubeconfig, folder: join(folder, 'istiod'), cluster: CLUSTER }),
    );
    const credentials = await credentialsOf(cluster);
    const of = {
      credentials,
      ...{ namespace: NAMESPACE, cluster: CLUSTER, release: RELEASE },
      registry: registry.address,
    };
    const sidecar = (app: keyof typeof ADDRESSES, port: number): Promise<Agent> =>
      part(`sidecar of ${app}`, async () => {
        const agent = await startAgent({
          ...of,
          app,
          address: ADDRESSES[app],
          defaultConfig: generated.defaultConfig,
          discovery: istiod.address,
          folder: join(folder, app),
        });
        await serves(`http://${ADDRESSES[app]}:${port}/`, agent).catch(async (error) => {
          await agent.stop();
          throw error;
        });
        return agent;
      });
    const agents = {
      inventory: await sidecar('inventory', inventoryIn),
      orders: await sidecar('orders', ordersIn),
    };
    await serves(`http://127.0.0.1:${inventoryService}/`, agents.orders);
    const url = `http://${ADDRESSES.orders}:${ordersIn}/orders/7`;
    const direct = `http://${ADDRESSES.inventory}:${inventoryIn}/stock/7`;
    return { cluster, istiod, collector, agents, definition, generated, url, direct, folder, seconds, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** MeshConfig as istiod reads it in a cluster. Upstream's Envoy has not Istio's statistics filter: no default provider. */
async function meshConfigMap(folder: string, { meshConfig }: Generated): Promise<string> {
  const file = join(folder, 'mesh-config-map.yaml');
  const text = `${await readFile(meshConfig, 'utf8')}\ndefaultProviders: {}\n`;
  await writeFile(
    file,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'istio', namespace: 'istio-system' } },
      data: { mesh: text },
    }),
  );
  return file;
}

/** A CRD can be applied before its kind can. */
async function established(cluster: ApiServer): Promise<void> {
  const { status, stderr } = await cluster.kubectl(
    ...['wait', '--for', 'condition=established', '--timeout=30s', 'crd', '--all'],
  );
  if (status !== 0) throw new Error(stderr);
}

/** What the kubelet would mount into the pods: a token for istiod, and the certificate that istiod has put there. */
async function credentialsOf(cluster: ApiServer): Promise<{ token: string; root: string }> {
  const asked = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await cluster.kubectl('-n', NAMESPACE, ...args);
    if (status !== 0 || stdout === '') throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  // No controller makes it here.
  await asked('create', 'serviceaccount', 'default');
  const certificate = ['get', 'configmap', 'istio-ca-root-cert', '-o', 'jsonpath={.data.root-cert\\.pem}'];
  return {
    token: await asked('create', 'token', 'default', '--audience', 'istio-ca'),
    root: await vi.waitFor(() => asked(...certificate), { timeout: 30_000, interval: 200 }),
  };
}
