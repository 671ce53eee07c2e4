/** Which clusters reach each other's pods, and which need gateways between them. */
import type { Cluster, Mesh } from '../../config/model.ts';

/** Whether requests cross networks, and so pass east-west gateways. */
export function needsGateways({ clusters }: Mesh): boolean {
  return new Set(clusters.map(({ network }) => network)).size > 1;
}

/** Kinds of workloads by how they reach another network: sidecars by mTLS with SNI, ambient ones by HBONE. */
export function planes({ proxies }: Mesh): { readonly sidecar: boolean; readonly ambient: boolean } {
  const ambient = proxies.some(({ kind }) => kind === 'waypoint');
  return { ambient, sidecar: !ambient || proxies.some(({ kind }) => kind === 'sidecar') };
}

/** Trust domains of the other clusters, each once. */
export function aliases({ clusters }: Mesh, { trustDomain }: Cluster): string[] {
  return [...new Set(clusters.map((other) => other.trustDomain))].filter((domain) => domain !== trustDomain);
}
