/** WasmPlugin (extensions.istio.io/v1alpha1): the filter as Istio's agent fetches it. */
import { readsVerifiedJwt } from '../../config/sources.ts';
import { MeshspanError } from '../../errors.ts';
import { type YamlDocument, yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import { placements } from './placement.ts';
import { resource } from './resource.ts';

const KIND = { apiVersion: 'extensions.istio.io/v1alpha1', kind: 'WasmPlugin' } as const;

export function wasmPlugins(generation: Generation, configuration: object): GeneratedFile {
  const documents = placements(generation.mesh).map((placement): YamlDocument => {
    const spec = { ...orderOf(generation), ...moduleOf(generation, configuration) };
    return {
      comment: `For ${placement.proxies}.`,
      value: resource(KIND, placement, generation.mesh, spec),
      comments: commentsOf(spec, 'spec', generation),
    };
  });
  return {
    path: 'istio/wasm-plugin.yaml',
    text: yamlFile('The filter in the proxies: kubectl apply -f <this file>', documents, generation),
  };
}

/** Where in the chain: of WasmPlugin and of TrafficExtension, which takes its place from Istio 1.30 on. */
export function orderOf({ mesh: { filter } }: Generation): Readonly<Record<string, unknown>> {
  return {
    ...(filter.phase === 'last' ? {} : { phase: filter.phase }),
    ...(filter.priority === undefined ? {} : { priority: filter.priority }),
  };
}

/** The module and its configuration. Throws MESHSPAN_ERR_UNSUPPORTED where there is no image. */
export function moduleOf({ mesh }: Generation, configuration: object): Readonly<Record<string, unknown>> {
  const { image, sha256, pullPolicy, pullSecret, env, attach } = mesh.filter;
  if (image === undefined) {
    throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
      expected: `the image of the filter for ${attach}: Istio's agent fetches it`,
      ...{ got: 'none', where: 'meshspan.yaml: filter.image' },
      mend: 'set filter.image as `meshspan pack` prints it, or filter.attach to envoyFilter',
    });
  }
  const variables = Object.entries(env).map(([name, value]) =>
    typeof value === 'string' ? { name, value } : { name, valueFrom: 'HOST' },
  );
  return {
    url: image,
    ...{ sha256, imagePullPolicy: pullPolicy, imagePullSecret: pullSecret },
    pluginName: 'meshspan',
    failStrategy: 'FAIL_OPEN',
    ...(variables.length === 0 ? {} : { vmConfig: { env: variables } }),
    ...(Object.keys(configuration).length === 0 ? {} : { pluginConfig: configuration }),
  };
}

const COMMENTS = {
  phase:
    'AUTHN: in front of jwt_authn; AUTHZ: behind it, so that verified claims are there, and in front of\nauthorization; STATS: behind both.',
  sha256: 'Of an image: that of its manifest, as `meshspan pack` prints it. Another one is not run.',
  failStrategy:
    'A fault of the filter, or a registry that is down, must not become a fault of the mesh. With the default\nevery request is then answered 403 (measured with Istio 1.31).',
  vmConfig:
    'HOST: the variable of that name of the proxy container (annotation proxy.istio.io/config, or its env).',
};

const STRICT =
  'strict: a proxy that refuses this answers every request 500 when it starts, whatever failStrategy says, and takes no\nother change of its listeners when it runs (measured with Istio 1.29 and 1.31).';
const AUTHENTICATION =
  'Claims are verified by a RequestAuthentication of these proxies, which is yours to write.';
const UNTRUSTED =
  "But without the filter nobody takes strangers' identities off: do not authorise by headers that trust guards.";

/** The comments of the fields that are there, under the path of the module. */
export function commentsOf(spec: object, path: string, { mesh }: Generation): Record<string, string> {
  const texts = {
    ...COMMENTS,
    ...(mesh.attributes.some(readsVerifiedJwt) ? { phase: `${COMMENTS.phase}\n${AUTHENTICATION}` } : {}),
    ...(mesh.strict === true ? { pluginConfig: STRICT } : {}),
    ...(mesh.trust === undefined ? {} : { failStrategy: `${COMMENTS.failStrategy}\n${UNTRUSTED}` }),
  };
  const found = Object.entries(texts).filter(
    ([field]) => (spec as Record<string, unknown>)[field] !== undefined,
  );
  return Object.fromEntries(found.map(([field, text]) => [`${path}.${field}`, text]));
}
