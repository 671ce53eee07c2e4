/** EnvoyFilter (networking.istio.io/v1alpha3): patches of what istiod makes, for what its API cannot say. */
import type { Mesh } from '../../../config/model.ts';
import type { Json } from '../../envoy-config/extension.ts';
import type { Listeners, Placement } from '../placement.ts';
import { resource } from '../resource.ts';

const KIND = { apiVersion: 'networking.istio.io/v1alpha3', kind: 'EnvoyFilter' } as const;
const MANAGER = 'envoy.filters.network.http_connection_manager';

/**
 * Patches of EnvoyFilters are applied by priority, the least first, and by age where it is the same; without
 * one istioctl analyze warns (IST0151). The filter before what reads of it, which both go in front of the router.
 */
export const PRIORITY = { cluster: 0, filter: 10, behindFilter: 20, manager: 30 } as const;

export function envoyFilter(
  placement: Placement,
  mesh: Mesh,
  priority: number,
  configPatches: readonly object[],
): object {
  return resource(KIND, placement, mesh, { priority, configPatches });
}

/** Adds fields to every HTTP connection manager of the listeners; lists get longer, other fields are replaced. */
export function mergeManager({ context, name }: Listeners, fields: Json): object {
  const type =
    'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
  return {
    applyTo: 'NETWORK_FILTER',
    match: { context, listener: { name, filterChain: { filter: { name: MANAGER } } } },
    patch: { operation: 'MERGE', value: { typed_config: { '@type': type, ...fields } } },
  };
}

/** Puts an HTTP filter in front of the router, or of all. */
export function insertFilter({ context, name }: Listeners, value: object, where: 'first' | 'last'): object {
  const filter = where === 'first' ? { name: MANAGER } : { name: MANAGER, subFilter: { name: ROUTER } };
  return {
    applyTo: 'HTTP_FILTER',
    match: { context, listener: { name, filterChain: { filter } } },
    patch: { operation: where === 'first' ? 'INSERT_FIRST' : 'INSERT_BEFORE', value },
  };
}

/** Every chain of Istio's has it, as the last one. */
const ROUTER = 'envoy.filters.http.router';

export function addCluster({ context }: Listeners, value: object): object {
  return { applyTo: 'CLUSTER', match: { context }, patch: { operation: 'ADD', value } };
}
