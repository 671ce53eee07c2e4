import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Variables of the filter's VM. With an empty key the filter skips the attribute, so that nothing gets out plain. */
export function* checkEnvironment({ attributes, filter }: Mesh): Iterable<Finding> {
  for (const [i, { hash }] of attributes.entries()) {
    // One that is not here may be set elsewhere.
    if (hash === undefined || filter.env[hash.keyEnv] !== '') continue;
    yield {
      code: 'MESHSPAN_CONFIG_VALUE',
      path: ['attributes', i, 'hash', 'keyEnv'],
      ...{ expected: 'a variable of filter.env that is not empty', got: hash.keyEnv },
      mend: `write filter.env: { ${hash.keyEnv}: { fromProxy: true } }`,
    };
  }
}
