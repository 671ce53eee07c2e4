import type { Attribute, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';

/** No two attributes write the same header or member of baggage: the filter would skip the second. */
export function checkDestinations({ attributes }: Mesh): Finding[] {
  const first = new Map<string, string>();
  const findings: Finding[] = [];
  for (const [i, attribute] of attributes.entries()) {
    for (const [field, name] of destinations(attribute)) {
      const id = `${field} ${name}`;
      const other = first.get(id);
      if (other === undefined) first.set(id, attribute.key);
      else {
        findings.push({
          code: 'MESHSPAN_CONFIG_DUPLICATE',
          path: ['attributes', i, 'to', field],
          ...{ expected: 'what no attribute before it writes', got: `${name}, which ${other} writes` },
          mend: 'write another, or remove it here',
        });
      }
    }
  }
  return findings;
}

function* destinations({ key, to = {} }: Attribute): Iterable<readonly [string, string]> {
  if (to.header !== undefined) yield ['header', to.header.toLowerCase()];
  if (to.responseHeader !== undefined) yield ['responseHeader', to.responseHeader.toLowerCase()];
  if (to.baggage !== undefined && to.baggage !== false) {
    yield ['baggage', to.baggage === true ? key : to.baggage];
  }
}
