/** A service of two versions, each behind its sidecar, and those who call it: a sidecar and a gateway. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';
import { vi } from 'vitest';
import { get } from '../../e2e/client.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { startXdsServer } from '../../tools/xds-server.ts';
import { writeTo } from '../istio/generated.ts';
import { type IstioProxy, startIstioProxy } from '../istio/proxy.ts';

export interface RolloutMesh {
  readonly collector: Collector;
  /** Where the calling sidecar and the gateway take requests. */
  readonly url: Readonly<Record<'sidecar' | 'gateway', string>>;
  /** Host headers by which either finds the service. */
  readonly host: Readonly<Record<'sidecar' | 'gateway', string>>;
  /** Puts what another meshspan.yaml makes in the place of what is there. */
  change(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** SERVICE and COLLECTOR stand for the ports of the service and of the collector's Service. */
export async function startRolloutMesh(text: string, folder: string): Promise<RolloutMesh> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const collector = await startCollector();
    stops.push(() => collector.close());
    const [v1, v2] = [await startVersion('v1'), await startVersion('v2')];
    stops.push(
      () => v1.stop(),
      () => v2.stop(),
    );
    const [service = 0, gateway = 0, otel = 0, inV1 = 0, inV2 = 0] = await freePorts(5);
    const write = async (yaml: string): Promise<{ resources: readonly string[]; mesh: string }> => {
      const placed = yaml.replaceAll('SERVICE', `${service}`).replaceAll('COLLECTOR', `${otel}`);
      const mesh = toMesh(parseSource(placed, 'meshspan.yaml'));
      const { resources, meshConfig } = await writeTo(
        folder,
        generateFiles(['istio', 'rollout'], mesh, NEWEST),
      );
      return { resources, mesh: meshConfig as string };
    };
    const { resources, mesh } = await write(text);
    const around = join(folder, 'around.yaml');
    await writeFile(
      around,
      aroundOf({
        service,
        gateway,
        otel,
        collector: collector.port,
        v1: [inV1, v1.port],
        v2: [inV2, v2.port],
      }),
    );
    const control = await startXdsServer({ mesh, configs: [around, ...resources] });
    stops.push(() => control.stop());

    const start = async (
      name: string,
      namespace: string,
      labels: Record<string, string>,
      kind: 'sidecar' | 'router' = 'sidecar',
    ): Promise<IstioProxy> => {
      const of = { istio: NEWEST.istio, envoy: '1.39.3', xds: control.address };
      const proxy = await startIstioProxy({ ...of, name, namespace, labels, kind });
      stops.push(() => proxy.stop());
      return proxy;
    };
    const web = await start('web', 'default', { app: 'web' });
    const edge = await start('edge', 'ingress', { istio: 'ingressgateway' }, 'router');
    for (const [version, port] of [
      ['v1', inV1],
      ['v2', inV2],
    ] as const) {
      // The injector makes the canonical labels of app and version.
      const canonical = {
        'service.istio.io/canonical-name': 'orders',
        'service.istio.io/canonical-revision': version,
      };
      const proxy = await start(`orders-${version}`, 'shop', { app: 'orders', version, ...canonical });
      // Both: the callers' proxies answer 503 for one that does not listen yet.
      await answers(`http://127.0.0.1:${port}`, 'orders', proxy);
    }
    const url = { sidecar: `http://127.0.0.1:${service}`, gateway: `http://127.0.0.1:${gateway}` };
    const host = { sidecar: `orders.shop.svc.cluster.local:${service}`, gateway: 'shop.example.com' };
    await answers(url.sidecar, host.sidecar, web);
    await answers(url.gateway, host.gateway, edge);
    return {
      ...{ collector, url, host, stop },
      async change(yaml) {
        await write(yaml);
        await control.reload();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A version of the service: it answers with its name. */
async function startVersion(name: string): Promise<{ readonly port: number; stop(): Promise<unknown> }> {
  const server: Server = createServer((_, response) => response.end(name));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      server.close();
      server.closeAllConnections();
      return once(server, 'close');
    },
  };
}

async function answers(url: string, host: string, proxy: IstioProxy): Promise<void> {
  const answer = async (): Promise<void> => {
    const { status } = await get(url, { host });
    if (status !== 200) throw new Error(`${status}`);
  };
  await vi.waitFor(answer, { timeout: 30_000, interval: 50 }).catch((error: unknown) => {
    throw new Error(`${url}: ${String(error)}\n${proxy.lines().slice(-20).join('\n')}`);
  });
}

interface Ports {
  readonly service: number;
  readonly gateway: number;
  readonly otel: number;
  readonly collector: number;
  /** Of the sidecar, and of the application behind it. */
  readonly v1: readonly [number, number];
  readonly v2: readonly [number, number];
}

function aroundOf({ service, gateway, otel, collector, v1, v2 }: Ports): string {
  const sidecar = (version: string, [port, app]: readonly [number, number]): string => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: orders-${version}, namespace: shop }
spec:
  workloadSelector: { labels: { app: orders, version: ${version} } }
  ingress:
    - port: { number: ${port}, name: http, protocol: HTTP }
      bind: 127.0.0.1
      captureMode: NONE
      defaultEndpoint: 127.0.0.1:${app}
  egress: [{ hosts: ["observability/*"] }]
`;
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: otel, namespace: observability }
spec:
  hosts: [otel.observability.svc.cluster.local]
  ports: [{ number: ${otel}, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { http: ${collector} } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.svc.cluster.local]
  ports: [{ number: ${service}, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints:
    - { address: 127.0.0.1, ports: { http: ${v1[0]} }, labels: { app: orders, version: v1 } }
    - { address: 127.0.0.1, ports: { http: ${v2[0]} }, labels: { app: orders, version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: ${gateway}, name: http, protocol: HTTP }, bind: 127.0.0.1, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: default }
spec: { workloadSelector: { labels: { app: web } }, egress: [{ hosts: ["*/*"] }] }
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---${sidecar('v1', v1)}---${sidecar('v2', v2)}`;
}
