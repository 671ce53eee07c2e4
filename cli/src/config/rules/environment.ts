import { whyNotNative } from '../../plan/attribute-route.ts';
import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Variables of the filter's VM: under the names that it reads, and with a value where it is a key. */
export function checkEnvironment(mesh: Mesh): Finding[] {
  return [...renamed(mesh), ...emptyKeys(mesh)];
}

/**
 * Envoy's `host_env_keys` and Istio's `valueFrom: HOST` hand a variable to the filter under its own name. Where
 * Envoy reads it by itself it may have another.
 */
function* renamed(mesh: Mesh): Iterable<Finding> {
  const read = new Set(
    mesh.attributes
      .filter((attribute) => whyNotNative(attribute, mesh) !== undefined)
      .flatMap(({ from, hash }) => [hash?.keyEnv, ...from.map(({ env }) => env)]),
  );
  for (const [name, value] of Object.entries(mesh.filter.env)) {
    if (typeof value === 'string' || value.fromProxy === name || !read.has(name)) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: ['filter', 'env', name, 'fromProxy'],
      ...{ expected: `${name}: a proxy hands a variable on under its own name`, got: value.fromProxy },
      mend: `call it ${value.fromProxy} here too`,
    };
  }
}

/** With an empty key the filter skips the attribute, so that nothing gets out plain. */
function* emptyKeys({ attributes, filter }: Mesh): Iterable<Finding> {
  for (const [i, { hash }] of attributes.entries()) {
    if (hash === undefined || filter.env[hash.keyEnv] !== '') continue;
    yield {
      code: 'MESHSPAN_CONFIG_VALUE',
      path: ['attributes', i, 'hash', 'keyEnv'],
      ...{ expected: 'a variable of filter.env that is not empty', got: hash.keyEnv },
      mend: `write filter.env: { ${hash.keyEnv}: { fromProxy: ${hash.keyEnv} } }`,
    };
  }
}
