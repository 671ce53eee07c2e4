/** EnvoyExtensionPolicy: the filter at the gateways (`gateway.envoyproxy.io/v1alpha1`). */
import type { FilterModule, Mesh } from '../../config/model.ts';
import { MeshspanError } from '../../errors.ts';
import type { YamlDocument } from '../print.ts';
import type { Generation } from '../target.ts';
import type { Gateways } from './gateways.ts';

/** The filter for the gateways of one namespace. */
export function extensionPolicy(generation: Generation, { namespace, names }: Gateways): YamlDocument {
  const { mesh, filterConfiguration } = generation;
  const variables = Object.keys(mesh.filter.env);
  const value = {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'EnvoyExtensionPolicy',
    metadata: { name: mesh.name, namespace },
    spec: {
      targetRefs: names.map((name) => ({ group: 'gateway.networking.k8s.io', kind: 'Gateway', name })),
      wasm: [
        {
          ...{ name: 'meshspan', rootID: 'meshspan', code: codeOf(mesh) },
          config: filterConfiguration,
          failOpen: true,
          ...(variables.length > 0 ? { env: { hostKeys: variables } } : {}),
        },
      ],
    },
  };
  return {
    value,
    comments: {
      'spec.targetRefs':
        'A policy of an HTTPRoute takes the place of this one for that route: it has to name the filter too.',
      'spec.wasm.0.failOpen': 'A fault of the filter must not become a fault of the gateway.',
      ...(variables.length > 0
        ? { 'spec.wasm.0.env': "Variables of the gateway's own process: proxy.yaml says how they get there." }
        : {}),
    },
  };
}

/** `WasmCodeSource`. Of an image Envoy Gateway checks the digest of the image, which is not the module's. */
function codeOf({ filter }: Mesh): object {
  const { image = '', sha256, pullPolicy, pullSecret } = filter;
  if (image.startsWith('oci://')) {
    return {
      type: 'Image',
      image: {
        url: image.slice('oci://'.length),
        ...(pullSecret === undefined ? {} : { pullSecretRef: { kind: 'Secret', name: pullSecret } }),
      },
      ...(pullPolicy === undefined ? {} : { pullPolicy }),
    };
  }
  if (/^https?:/.test(image)) {
    return { type: 'HTTP', http: { url: image, ...(sha256 === undefined ? {} : { sha256 }) } };
  }
  throw noImage(filter);
}

function noImage({ image = 'none' }: FilterModule): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
    expected: 'an image (oci://) or an address (https://) that Envoy Gateway can fetch the filter from',
    ...{ got: image, where: 'filter.image', mend: 'push the image that `meshspan pack` makes, and name it' },
  });
}
