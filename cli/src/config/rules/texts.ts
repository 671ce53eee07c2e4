import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';

/** Texts that cannot be written as UTF-8, which every program that reads what is generated refuses. */
export function checkTexts(mesh: Mesh): Finding[] {
  return [...brokenTexts(mesh, [])];
}

function* brokenTexts(value: unknown, path: Path): Iterable<Finding> {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) yield broken(value, path);
  } else if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* brokenTexts(item, [...path, i]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (!key.isWellFormed()) yield broken(key, path);
      yield* brokenTexts(item, [...path, key]);
    }
  }
}

function broken(text: string, path: Path): Finding {
  return {
    ...{ code: 'MESHSPAN_CONFIG_VALUE', path, expected: 'whole characters', got: JSON.stringify(text) },
    mend: 'remove the half of a surrogate pair (\\ud800 to \\udfff)',
  };
}
