import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FILTER } from '../../e2e/shop.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixtureFolder } from '../../tools/fixture.ts';
import { xdsd } from '../../tools/tools.ts';
import { startXdsServer } from '../../tools/xds-server.ts';
import { generate, writeTo } from './generated.ts';
import { startIstioProxy } from './proxy.ts';

const MESH = `
name: run
filter: { image: "file://${FILTER}" }
spanName: ["GET /users/{id}"]
sampling: { percent: 100 }
backends: { tracing: "otlp+http://otel.observability" }
proxies: [{ kind: waypoint, namespace: default, name: waypoint }]
`;

const NAME_LABEL = 'gateway.networking.k8s.io/gateway-name';

/** A waypoint and a service behind it, as Istio's own tests have them (pilot/pkg/xds/waypoint_test.go). */
const AROUND = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: waypoint, namespace: default }
spec: { gatewayClassName: waypoint, listeners: [{ name: mesh, port: 15008, protocol: HBONE }] }
status: { addresses: [{ type: Hostname, value: waypoint.default.svc.cluster.local }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: waypoint, namespace: default }
spec: { address: 127.0.0.1, labels: { ${NAME_LABEL}: waypoint } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: app, namespace: default, labels: { istio.io/use-waypoint: waypoint } }
spec:
  hosts: [app.com]
  addresses: [1.2.3.4]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  resolution: STATIC
  workloadSelector: { labels: { app: app } }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: otel, namespace: observability }
spec:
  hosts: [otel.observability.svc.cluster.local]
  ports: [{ number: 4318, name: http, protocol: HTTP }]
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1 }]
`;
const SERVICE = `
apiVersion: v1
kind: Service
metadata: { name: waypoint, namespace: default, labels: { ${NAME_LABEL}: waypoint } }
spec:
  clusterIP: 3.0.0.0
  ports: [{ appProtocol: hbone, name: mesh, port: 15008 }]
  selector: { ${NAME_LABEL}: waypoint }
`;

/** A listener as Istio's debug page tells it. */
interface Listener {
  readonly name: string;
}

await describeWithTools('a waypoint', [xdsd], () => {
  it('gets the filter and its tags where requests are, and nothing where tunnels end', async () => {
    const folder = await fixtureFolder();
    const { resources, meshConfig } = await writeTo(folder, generate(MESH));
    const [around, kubernetes] = [join(folder, 'around.yaml'), join(folder, 'kubernetes.yaml')];
    await writeFile(around, AROUND);
    // Istio finds out what stands behind a waypoint from Kubernetes' objects alone.
    await writeFile(kubernetes, `${AROUND}---${SERVICE}`);
    const server = await startXdsServer({
      ...{ mesh: meshConfig as string, configs: [around, ...resources], kubernetes },
      env: { PILOT_ENABLE_AMBIENT: 'true' },
    });
    onTestFinished(() => server.stop());
    // Upstream's Envoy has not all that a waypoint is made of, so that what it is sent is looked at.
    const proxy = await startIstioProxy({
      ...{ kind: 'waypoint', name: 'waypoint', namespace: 'default', istio: '1.31', envoy: '1.39.3' },
      labels: { [NAME_LABEL]: 'waypoint', 'gateway.istio.io/managed': 'istio.io-mesh-controller' },
      ...{ xds: server.address, clusters: false },
    });
    onTestFinished(() => proxy.stop());

    const listener = async (name: string): Promise<string> => {
      const page = await fetch(`http://${server.debug}/debug/config_dump?proxyID=waypoint-1.default`);
      const { configs } = (await page.json()) as { configs: { dynamicListeners?: Listener[] }[] };
      const found = configs.flatMap(({ dynamicListeners = [] }) => dynamicListeners);
      return JSON.stringify(found.find((one) => one.name === name));
    };
    await expect.poll(() => listener('main_internal'), { timeout: 20_000 }).toContain('run-waypoint');
    const requests = await listener('main_internal');
    for (const part of ['%FILTER_STATE(wasm.meshspan.user.id:PLAIN)%', 'meshspan.trace', '"operation"']) {
      expect(requests).toContain(part);
    }
    const tunnels = await listener('connect_terminate');
    for (const part of ['header_to_metadata', '"tracing"']) expect(tunnels).not.toContain(part);
  });
});
