/** What a cluster has beside what is generated: services, and how sidecars listen where nothing intercepts. */

import { NAMESPACE, serviceEntry, sidecar } from '../surroundings.ts';

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
${sidecar('orders', ADDRESSES.orders, ports.ordersIn, applications.orders, ['./*'])}
---
${sidecar('inventory', ADDRESSES.inventory, ports.inventoryIn, applications.inventory, [])}
`;
}

function entry(name: string, namespace: string, port: number, address: string, endpoint: number): string {
  // With an account callers take the workload for one that has a proxy, and use mTLS.
  const account = name in ADDRESSES ? ', serviceAccount: default' : '';
  return `${serviceEntry(name, namespace, port)}
  workloadSelector: { labels: { app: ${name} } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: ${name}, namespace: ${namespace} }
spec: { address: ${address}, labels: { app: ${name} }, ports: { http: ${endpoint} }${account} }`;
}
