import type { Mesh, ProxyChoice } from '../model.ts';
import type { Finding } from '../rules.ts';

/**
 * Entries of proxies that reach the same pods: each of them would get two filters, and of two Telemetry resources
 * Istio takes one, which `istioctl analyze` cannot know where they are applied one after the other.
 */
export function checkProxies({ proxies, istio }: Mesh): Finding[] {
  return [...overlapping(proxies), ...inRootNamespace(proxies, istio.rootNamespace)];
}

function* overlapping(proxies: readonly ProxyChoice[]): Iterable<Finding> {
  for (const [i, proxy] of proxies.entries()) {
    const first = proxies.findIndex((other) => reachSame(other, proxy));
    if (first === i) continue;
    yield {
      code: 'MESHSPAN_CONFIG_DUPLICATE',
      path: ['proxies', i],
      expected: 'proxies that no entry before it reaches: they would get the filter twice',
      ...{ got: `what proxies[${first}] reaches too`, mend: 'remove it, or narrow one of them' },
    };
  }
}

/** Whether two entries of one kind can be seen to reach the same proxies. Different labels may be on one pod. */
function reachSame(one: ProxyChoice, other: ProxyChoice): boolean {
  if (one.kind !== other.kind) return false;
  const everywhere = one.namespace === undefined || other.namespace === undefined;
  if (!everywhere && one.namespace !== other.namespace) return false;
  if (one.name !== undefined || other.name !== undefined) return one.name === other.name;
  return isPartOf(one.selector, other.selector) || isPartOf(other.selector, one.selector);
}

/** Whether every label of the first is one of the second: none is part of any. */
function isPartOf(some: ProxyChoice['selector'] = {}, all: ProxyChoice['selector'] = {}): boolean {
  return Object.entries(some).every(([key, value]) => all[key] === value);
}

/** What stands in the root namespace is for all of the mesh (Istio, WasmPlugin and EnvoyFilter). */
function* inRootNamespace(proxies: readonly ProxyChoice[], rootNamespace: string): Iterable<Finding> {
  for (const [i, { kind, namespace }] of proxies.entries()) {
    if (kind !== 'sidecar' || namespace !== rootNamespace) continue;
    yield {
      code: 'MESHSPAN_CONFIG_TARGET',
      path: ['proxies', i, 'namespace'],
      expected: `a namespace other than ${rootNamespace}: what is there reaches every namespace`,
      ...{ got: namespace, mend: 'leave namespace out, for the whole mesh, or name another' },
    };
  }
}
