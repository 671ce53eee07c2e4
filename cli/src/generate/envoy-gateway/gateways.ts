import type { Mesh } from '../../config/model.ts';

/** Gateways of one namespace. */
export interface Gateways {
  readonly namespace: string;
  readonly names: readonly string[];
}

/** The gateways of Envoy Gateway that proxies names, by their namespaces, each once. */
export function gatewaysOf({ proxies }: Mesh): readonly Gateways[] {
  const names = new Map<string, Set<string>>();
  for (const { kind, name, namespace } of proxies) {
    if (kind !== 'envoyGateway' || name === undefined || namespace === undefined) continue;
    names.set(namespace, (names.get(namespace) ?? new Set()).add(name));
  }
  return [...names].map(([namespace, set]) => ({ namespace, names: [...set] }));
}
