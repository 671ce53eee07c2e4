/** What a cluster has beside what is generated: services, and how sidecars listen where nothing intercepts. */

export const NAMESPACE = 'shop';
/** Where each sidecar listens for its application. */
export const ADDRESSES = { orders: '127.0.0.2', inventory: '127.0.0.3' } as const;

type App = keyof typeof ADDRESSES;

export interface Ports {
  readonly ordersIn: number;
  readonly inventoryIn: number;
  /** A service's port is never that of its endpoint: without interception the callers' sidecar listens on it. */
  readonly inventoryService: number;
  readonly otel: number;
  readonly collector: number;
}

/**
 * What a cluster has beside what is generated. Endpoints are WorkloadEntries, as an EndpointSlice refuses loopback.
 * The second Sidecar does not see the first one's services: both would listen on the same port.
 */
export function aroundOf(ports: Ports, applications: Readonly<Record<App, number>>): string {
  return `
${entry('otel', 'observability', ports.otel, '127.0.0.1', ports.collector)}
---
${entry('inventory', NAMESPACE, ports.inventoryService, ADDRESSES.inventory, ports.inventoryIn)}
---
${sidecarOf('orders', ports.ordersIn, applications.orders, ['./*', 'observability/*'])}
---
${sidecarOf('inventory', ports.inventoryIn, applications.inventory, ['observability/*'])}
`;
}

function entry(name: string, namespace: string, port: number, address: string, endpoint: number): string {
  // With an account callers take the workload for one that has a proxy, and use mTLS.
  const account = name in ADDRESSES ? ', serviceAccount: default' : '';
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  hosts: [${name}.${namespace}.svc.cluster.local]
  # The host of a request that was sent to the sidecar's own listener.
  addresses: [127.0.0.1]
  ports: [{ number: ${port}, name: http, protocol: HTTP }]
  resolution: STATIC
  location: MESH_INTERNAL
  workloadSelector: { labels: { app: ${name} } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: ${name}, namespace: ${namespace} }
spec: { address: ${address}, labels: { app: ${name} }, ports: { http: ${endpoint} }${account} }`;
}

function sidecarOf(app: App, port: number, application: number, hosts: readonly string[]): string {
  return `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${app}, namespace: ${NAMESPACE} }
spec:
  workloadSelector: { labels: { app: ${app} } }
  ingress:
    - port: { number: ${port}, name: http, protocol: HTTP }
      bind: ${ADDRESSES[app]}
      captureMode: NONE
      defaultEndpoint: 127.0.0.1:${application}
  egress: [{ hosts: ${JSON.stringify(hosts)} }]`;
}
