import type { Mesh } from '../../config/model.ts';
import type { Placement } from './placement.ts';

/** A Kubernetes resource for the proxies of a placement; `spec` comes behind what chooses them. */
export function resource(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { name, namespace, selector, targetRefs }: Placement,
  mesh: Mesh,
  spec: object,
): object {
  const chosen = {
    ...(selector === undefined ? {} : selectorOf(kind, selector)),
    ...(targetRefs === undefined ? {} : { targetRefs }),
  };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels: labels(mesh) },
    spec: { ...chosen, ...spec },
  };
}

/** EnvoyFilter has a type of its own for the same. */
function selectorOf(kind: string, labels: Readonly<Record<string, string>>): object {
  return kind === 'EnvoyFilter' ? { workloadSelector: { labels } } : { selector: { matchLabels: labels } };
}

/** Labels that every generated resource has. */
export function labels({ istio }: Mesh): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/managed-by': 'meshspan',
    ...(istio.revision === undefined ? {} : { 'istio.io/rev': istio.revision }),
  };
}
