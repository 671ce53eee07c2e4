/** What a cluster has beside what is generated: services, a gateway with its route, how sidecars listen, no mTLS. */

export const NAMESPACE = 'shop';
const LOOPBACK = '127.0.0.1';

/**
 * Where everything is, on loopback. A service's port is never that of its endpoint: without interception
 * (INTERCEPTION_MODE NONE) the callers' sidecar listens on it.
 */
export interface Ports {
  readonly gateway: number;
  readonly ordersService: number;
  readonly ordersIn: number;
  readonly orders: number;
  readonly inventoryService: number;
  readonly inventoryIn: number;
  readonly inventory: number;
  readonly otel: number;
  readonly otlp: number;
}

/** The resources, as YAML. */
export function surroundings(ports: Ports): string {
  return [
    service('otel', 'observability', ports.otel, ports.otlp),
    service('orders', NAMESPACE, ports.ordersService, ports.ordersIn),
    service('inventory', NAMESPACE, ports.inventoryService, ports.inventoryIn),
    // No sidecar sees its own service: it would listen on its port beside its callers.
    sidecar('orders', LOOPBACK, ports.ordersIn, ports.orders, [`./inventory.${NAMESPACE}.svc.cluster.local`]),
    sidecar('inventory', LOOPBACK, ports.inventoryIn, ports.inventory, []),
    `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: ingress }
spec:
  selector: { app: edge }
  servers: [{ port: { number: ${ports.gateway}, name: http, protocol: HTTP }, hosts: ["*"], bind: 127.0.0.1 }]`,
    `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge, namespace: ingress }
spec:
  hosts: ["*"]
  gateways: [edge]
  http: [{ route: [{ destination: { host: orders.${NAMESPACE}.svc.cluster.local, port: { number: ${ports.ordersService} } } }] }]`,
    `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }`,
  ].join('\n---\n');
}

function service(name: string, namespace: string, port: number, endpoint: number): string {
  return `${serviceEntry(name, namespace, port)}
  endpoints: [{ address: ${LOOPBACK}, ports: { http: ${endpoint} } }]`;
}

/** A service of the mesh, without its endpoints: what follows is in its `spec`. */
export function serviceEntry(name: string, namespace: string, port: number): string {
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  hosts: [${name}.${namespace}.svc.cluster.local]
  # The host of a request that was sent to the sidecar's own listener.
  addresses: [${LOOPBACK}]
  ports: [{ number: ${port}, name: http, protocol: HTTP }]
  resolution: STATIC
  location: MESH_INTERNAL`;
}

/** How a sidecar listens where nothing intercepts, and which services it sees beside the collector. */
export function sidecar(
  app: string,
  address: string,
  port: number,
  application: number,
  sees: readonly string[],
): string {
  return `apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: ${app}, namespace: ${NAMESPACE} }
spec:
  workloadSelector: { labels: { app: ${app} } }
  ingress:
    - port: { number: ${port}, name: http, protocol: HTTP }
      bind: ${address}
      captureMode: NONE
      defaultEndpoint: ${LOOPBACK}:${application}
  egress: [{ hosts: ${JSON.stringify([...sees, 'observability/*'])} }]`;
}
