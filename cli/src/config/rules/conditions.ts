import type { Condition, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';
import { isOfResponse } from '../sources.ts';

export function checkConditions(mesh: Mesh): Finding[] {
  return [
    ...mesh.sampling.always.flatMap(({ when }, i) => [
      ...unmet(mesh, when, ['sampling', 'always', i, 'when']),
    ]),
    ...(mesh.debugWhen ?? []).flatMap(({ when }, i) => [...unmet(mesh, when, ['debugWhen', i, 'when'])]),
  ];
}

/** What no request can meet. */
function unmet(mesh: Mesh, when: Condition, path: Path): Finding[] {
  return [...tooLate(mesh, when, path), ...notAllowed(mesh, when, path)];
}

/** Conditions are about the governed value: one that `allow` turns into `other` is never seen. */
function* notAllowed({ attributes }: Mesh, when: Condition, path: Path): Iterable<Finding> {
  for (const [key, values] of Object.entries(when)) {
    const attribute = attributes.find((attribute) => attribute.key === key);
    if (attribute?.allow === undefined || attribute.hash !== undefined || attribute.mask !== undefined)
      continue;
    // A literal and the default are the author's own words, which allow does not touch.
    const own = [attribute.default, ...attribute.from.map(({ literal }) => literal)];
    const possible = [...attribute.allow, ...own.filter((value) => value !== undefined), 'other'];
    for (const [i, value] of [values].flat().entries()) {
      if (possible.includes(value)) continue;
      yield {
        code: 'MESHSPAN_CONFIG_REFERENCE',
        path: [...path, key, ...(Array.isArray(values) ? [i] : [])],
        ...{ expected: `one of ${possible.join(', ')}, as allow of ${key} has them`, got: value },
        mend: `mend the name, or add it to allow of ${key}`,
      };
    }
  }
}

/** Conditions are looked at when the request comes: an attribute that waits for the response is not there yet. */
function* tooLate({ attributes }: Mesh, when: Condition, path: Path): Iterable<Finding> {
  for (const key of Object.keys(when)) {
    if (attributes.find((attribute) => attribute.key === key)?.from.some(isOfResponse) !== true) continue;
    yield {
      code: 'MESHSPAN_CONFIG_PHASE',
      path: [...path, key],
      ...{ expected: 'an attribute of the request', got: `${key}, which has a source of the response` },
      mend: 'take another attribute, or remove that source',
    };
  }
}
