import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Variables of the filter's VM: keys of hashes have to be there. */
export function checkEnvironment(mesh: Mesh): Finding[] {
  return [...missingKeys(mesh)];
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
      mend: `add filter.env: { ${hash.keyEnv}: { fromProxy: true } }`,
    };
  }
}
