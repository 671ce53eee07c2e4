/** A mesh of one sidecar and one gateway that runs what `meshspan generate istio` writes, by Istio's own control plane. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Collector, startCollector } from '@meshspan/cli/collector/server.ts';
import { ENVOY_OF_ISTIO } from '@meshspan/cli/config/versions.ts';
import { expect, vi } from 'vitest';
import { type EchoUpstream, startEcho } from '../../e2e/features/echo.ts';
import { freePorts } from '../../tools/free-ports.ts';
import type { Tool } from '../../tools/tool.ts';
import { startXdsServer, type XdsServer } from '../../tools/xds-server.ts';
import { generate, writeTo } from './generated.ts';
import { type IstioProxy, startIstioProxy } from './proxy.ts';

export interface RunningMesh {
  readonly collector: Collector;
  readonly proxies: { readonly sidecar: IstioProxy; readonly gateway: IstioProxy };
  /** Where requests go in: to the sidecar's own application, out of it, and into the gateway. */
  readonly url: Readonly<Record<Way, string>>;
  /** Host header of a request, by which Istio's routes find the service. */
  readonly host: string;
  stop(): Promise<void>;
}

export type Way = 'inbound' | 'outbound' | 'gateway';

export interface MeshOptions {
  /** The meshspan.yaml. In it COLLECTOR is the collector's Service and port, ADDRESS where it really listens. */
  readonly text: string;
  readonly istio: string;
  readonly tool: Tool;
  /** Folder for the files; the caller removes it. */
  readonly folder: string;
}

/** Envoys of PyPI for the releases that Istio's proxies are made of; 1.38.3 has no Wasm engine. */
const ENVOYS: Readonly<Record<string, string>> = {
  ...{ '1.36': '1.36.2', '1.37': '1.37.0', '1.38': '1.38.2', '1.39': '1.39.3' },
};

export async function startMesh({ text, istio, tool, folder }: MeshOptions): Promise<RunningMesh> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const collector = await startCollector();
    stops.push(() => collector.close());
    const echo = await startEcho();
    stops.push(() => echo.stop());
    const [inbound = 0, gateway = 0, service = 0, otel = 0] = await freePorts(4);
    const ports = { inbound, gateway, service, otel };

    const placed = text
      .replaceAll('COLLECTOR', `otel.observability:${otel}`)
      .replaceAll('ADDRESS', `127.0.0.1:${collector.port}`);
    const files = generate(placed, istio);
    const { resources, meshConfig } = await writeTo(folder, files);
    const server = await startControlPlane({ folder, tool, ports, echo, collector }, resources, meshConfig);
    stops.push(() => server.stop());

    const of = { istio, envoy: ENVOYS[ENVOY_OF_ISTIO[istio] as string] as string, xds: server.address };
    const web = { name: 'web', namespace: 'default', labels: { app: 'web' } };
    const edge = { name: 'edge', namespace: 'ingress', labels: { istio: 'ingressgateway' } };
    const sidecar = await startIstioProxy({ ...of, ...web, kind: 'sidecar' });
    stops.push(() => sidecar.stop());
    const router = await startIstioProxy({ ...of, ...edge, kind: 'router' });
    stops.push(() => router.stop());

    const url = {
      inbound: `http://127.0.0.1:${inbound}`,
      // Without interception a sidecar listens on the port of each service (INTERCEPTION_MODE NONE).
      outbound: `http://127.0.0.1:${service}`,
      gateway: `http://127.0.0.1:${gateway}`,
    };
    await serves(url.inbound, sidecar);
    await serves(url.outbound, sidecar);
    await serves(url.gateway, router);
    for (const proxy of [sidecar, router]) expect(await rejected(proxy)).toBe('');
    return {
      ...{ collector, proxies: { sidecar, gateway: router }, url, stop },
      host: `${ECHO_HOST}:${ports.service}`,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The service behind all of it. */
const ECHO_HOST = 'echo.default.svc.cluster.local';

interface Place {
  readonly folder: string;
  readonly tool: Tool;
  /** A service's port is never the one of its endpoint: the sidecar listens on each of them, also on loopback. */
  readonly ports: Readonly<Record<'inbound' | 'gateway' | 'service' | 'otel', number>>;
  readonly echo: EchoUpstream;
  readonly collector: Collector;
}

async function startControlPlane(
  place: Place,
  resources: readonly string[],
  meshConfig: string | undefined,
): Promise<XdsServer> {
  const { folder, tool } = place;
  const [mesh, around] = [join(folder, 'mesh.yaml'), join(folder, 'around.yaml')];
  // Without metrics: upstream's Envoy has not Istio's statistics filter.
  const generated = meshConfig === undefined ? '' : await readFile(meshConfig, 'utf8');
  await writeFile(mesh, `${generated}\ndefaultProviders: {}\n`);
  await writeFile(around, aroundOf(place));
  return startXdsServer({ tool, mesh, configs: [around, ...resources] });
}

/** What a cluster has beside: services, a gateway with its route, how the sidecar listens, no mTLS. */
function aroundOf({ ports, echo, collector }: Place): string {
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: otel, namespace: observability }
spec:
  hosts: [otel.observability.svc.cluster.local]
  ports: [{ number: ${ports.otel}, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { http: ${collector.port} } }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: echo, namespace: default }
spec:
  hosts: [${ECHO_HOST}]
  ports: [{ number: ${ports.service}, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, ports: { http: ${echo.port} } }]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: default }
spec:
  workloadSelector: { labels: { app: web } }
  ingress:
    - port: { number: ${ports.inbound}, name: http, protocol: HTTP }
      bind: 127.0.0.1
      captureMode: NONE
      defaultEndpoint: 127.0.0.1:${echo.port}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: ingress }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: ${ports.gateway}, name: http, protocol: HTTP }, bind: 127.0.0.1, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo, namespace: ingress }
spec:
  hosts: ["*"]
  gateways: [public]
  http: [{ route: [{ destination: { host: ${ECHO_HOST}, port: { number: ${ports.service} } } }] }]
`;
}

/** Resolves when something answers, whatever it says; rejects with what the proxy has refused. */
async function serves(url: string, proxy: IstioProxy): Promise<void> {
  const answers = (): Promise<unknown> => fetch(url);
  await vi.waitFor(answers, { timeout: 30_000, interval: 50 }).catch(async () => {
    throw new Error(
      `nothing at ${url}; refused: ${await rejected(proxy)}\n${proxy.lines().slice(-20).join('\n')}`,
    );
  });
}

/** What Envoy says of resources that it has refused. */
async function rejected(proxy: IstioProxy): Promise<string> {
  const lines = (await proxy.configuration()).split('\n');
  return lines.filter((line) => line.includes('"details"')).join('\n');
}
