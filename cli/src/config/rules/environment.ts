import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Variables of the filter's VM: those that it reads have to be there, under the names that it reads. */
export function checkEnvironment(mesh: Mesh): Finding[] {
  return [...renamed(mesh), ...missingKeys(mesh)];
}

/** Envoy's `host_env_keys` and Istio's `valueFrom: HOST` hand a variable on under its own name. */
function* renamed({ filter }: Mesh): Iterable<Finding> {
  for (const [name, value] of Object.entries(filter.env)) {
    if (typeof value === 'string' || value.fromProxy === name) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: ['filter', 'env', name, 'fromProxy'],
      ...{ expected: `${name}: a proxy hands a variable on under its own name`, got: value.fromProxy },
      mend: `call it ${value.fromProxy} here too`,
    };
  }
}

/** Without its key an attribute is skipped, so that nothing gets out plain: nobody sees why there is none. */
function* missingKeys({ attributes, filter }: Mesh): Iterable<Finding> {
  for (const [i, { hash }] of attributes.entries()) {
    if (hash === undefined) continue;
    const value = filter.env[hash.keyEnv];
    if (value !== undefined && value !== '') continue;
    yield {
      code: 'MESHSPAN_CONFIG_REFERENCE',
      path: ['attributes', i, 'hash', 'keyEnv'],
      ...{ expected: 'a variable of filter.env that is not empty', got: hash.keyEnv },
      mend: `add filter.env: { ${hash.keyEnv}: { fromProxy: ${hash.keyEnv} } }`,
    };
  }
}
