import type { Mesh, ProxyChoice } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Proxies as Istio finds them, and the filter's image. */
export function checkTargets({ proxies, filter }: Mesh): Finding[] {
  return [...proxies.flatMap((proxy, i) => [...ofProxy(proxy, i)]), ...ofImage(filter.image)];
}

function* ofProxy({ kind, name, namespace, selector }: ProxyChoice, i: number): Iterable<Finding> {
  const at = { code: 'MESHSPAN_CONFIG_TARGET', path: ['proxies', i] } as const;
  if (isFoundByName(kind) && selector !== undefined) {
    // Istio: "selector" of WasmPlugin and Telemetry is not looked at by waypoints (API reference, PolicyTargetReference).
    yield {
      ...{ code: at.code, path: [...at.path, 'selector'] },
      expected: `no selector: a ${kind} is found by targetRefs only`,
      ...{ got: JSON.stringify(selector), mend: `name the ${kind}: name and namespace, without selector` },
    };
  }
  if (isFoundByName(kind) && name === undefined) {
    yield { ...at, expected: `the name of the ${kind}`, got: 'none', mend: 'add name: that of its Gateway' };
  }
  if (kind === 'gateway' && name === undefined && selector === undefined) {
    yield {
      ...at,
      expected: 'a gateway by its name (Kubernetes Gateway API) or by a selector (labels of its pods)',
      ...{ got: 'neither', mend: 'add name, or selector: { istio: ingressgateway }' },
    };
  }
  if (kind === 'gateway' && name !== undefined && selector !== undefined) {
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: [...at.path, 'selector'],
      ...{ expected: 'name or selector: Istio refuses both', got: 'both', mend: 'remove one of them' },
    };
  }
  if (kind !== 'sidecar' && namespace === undefined) {
    yield { ...at, expected: `the namespace of the ${kind}`, got: 'none', mend: 'add namespace' };
  }
  if (kind === 'sidecar' && name !== undefined) {
    yield {
      ...{ code: at.code, path: [...at.path, 'name'] },
      expected: 'no name: sidecars are found by their pods',
      ...{ got: name, mend: 'use namespace and selector' },
    };
  }
  if (kind === 'sidecar' && namespace === undefined && selector !== undefined) {
    // Of the root namespace a selector reaches all namespaces, which is rarely meant and never said so.
    yield { ...at, expected: 'the namespace of the selected pods', got: 'none', mend: 'add namespace' };
  }
}

function isFoundByName(kind: ProxyChoice['kind']): boolean {
  return kind === 'waypoint' || kind === 'envoyGateway';
}

/** `latest` is another module tomorrow, and the proxies of one mesh then run two. */
function* ofImage(image: string | undefined): Iterable<Finding> {
  if (image === undefined || !image.startsWith('oci://')) return;
  const last = image.slice(image.lastIndexOf('/') + 1);
  if (/@sha256:[0-9a-f]{64}$/.test(last) || (/:[^:]+$/.test(last) && !last.endsWith(':latest'))) return;
  yield {
    code: 'MESHSPAN_CONFIG_VALUE',
    path: ['filter', 'image'],
    ...{ expected: 'an image with a version tag or a digest, not latest', got: image },
    mend: 'take the reference that `meshspan pack` prints',
  };
}
