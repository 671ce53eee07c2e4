import type { Condition, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';
import { isOfResponse } from '../sources.ts';

/** Conditions are looked at when the request comes: an attribute that waits for the response is not there yet. */
export function checkConditions(mesh: Mesh): Finding[] {
  return [
    ...mesh.sampling.always.flatMap(({ when }, i) => [
      ...tooLate(mesh, when, ['sampling', 'always', i, 'when']),
    ]),
    ...(mesh.debugWhen ?? []).flatMap(({ when }, i) => [...tooLate(mesh, when, ['debugWhen', i, 'when'])]),
  ];
}

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
