import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** Names by which other fields and generated files tell things apart. */
export function checkNames({ services, clusters }: Mesh): Finding[] {
  return [...once('services', services), ...once('clusters', clusters)];
}

function* once(
  field: 'services' | 'clusters',
  items: readonly { readonly name: string }[],
): Iterable<Finding> {
  for (const [i, { name }] of items.entries()) {
    const first = items.findIndex((other) => other.name === name);
    if (first === i) continue;
    yield {
      code: 'MESHSPAN_CONFIG_DUPLICATE',
      path: [field, i, 'name'],
      ...{ expected: `a name that none of ${field} before it has`, got: `${name}, as in ${field}[${first}]` },
      mend: 'keep one of them, or rename one',
    };
  }
}
