import { milliseconds } from '../duration.ts';
import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** What of the collector's fields does not go together. */
export function checkCollector({ collector, attributes }: Mesh): Finding[] {
  return [...tooEarly(collector), ...dropped(collector, attributes)];
}

/** Spans come when they end: what is decided on before a slow trace is over cannot know that it is slow. */
function* tooEarly({ decisionWait, keep }: Mesh['collector']): Iterable<Finding> {
  if (milliseconds(decisionWait) > milliseconds(keep.slowerThan)) return;
  yield {
    code: 'MESHSPAN_CONFIG_CONFLICT',
    path: ['collector', 'decisionWait'],
    ...{ expected: `more than collector.keep.slowerThan (${keep.slowerThan})`, got: decisionWait },
    mend: 'wait longer, by some seconds for the export of spans, or take less for slow',
  };
}

/** The filter decides what of an attribute may be on a span. */
function* dropped({ drop }: Mesh['collector'], attributes: Mesh['attributes']): Iterable<Finding> {
  for (const [i, key] of drop.entries()) {
    if (!attributes.some((attribute) => attribute.key === key)) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: ['collector', 'drop', i],
      ...{ expected: 'no attribute of this file', got: `${key}, which the filter puts on spans` },
      mend: 'remove it here, or remove the attribute; hash and mask hide its value',
    };
  }
}
