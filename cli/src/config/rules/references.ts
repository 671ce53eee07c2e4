import type { Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import type { Path } from '../source.ts';

/** Names that have to be those of an attribute or of a service of the same file. */
export function checkReferences(mesh: Mesh): Finding[] {
  const keys = mesh.attributes.map(({ key }) => key);
  const services = mesh.services.map(({ name }) => name);
  const findings: Finding[] = [];
  const refer = (what: string, known: readonly string[], name: string, path: Path, of?: 'key'): void => {
    if (known.includes(name)) return;
    findings.push({
      code: 'MESHSPAN_CONFIG_REFERENCE',
      path,
      ...(of === undefined ? {} : { of }),
      ...{ expected: `one of the ${what}: ${known.join(', ') || 'none'}`, got: name },
      mend: `add it to ${what}, or mend the name`,
    });
  };
  const conditions = [
    ...mesh.sampling.always.map(({ when }, i) => ({ when, path: ['sampling', 'always', i, 'when'] })),
    ...(mesh.debugWhen ?? []).map(({ when }, i) => ({ when, path: ['debugWhen', i, 'when'] })),
    { when: mesh.collector.keep.attributes, path: ['collector', 'keep', 'attributes'] },
  ];
  for (const { when, path } of conditions) {
    for (const key of Object.keys(when)) refer('attributes', keys, key, [...path, key], 'key');
  }
  for (const [i, key] of mesh.filter.native.entries())
    refer('attributes', keys, key, ['filter', 'native', i]);
  for (const [i, key] of mesh.metrics.labels.entries())
    refer('attributes', keys, key, ['metrics', 'labels', i]);
  for (const [i, { service, by, watch }] of mesh.rollouts.entries()) {
    refer('services', services, service, ['rollouts', i, 'service']);
    if (by !== undefined) refer('attributes', keys, by.attribute, ['rollouts', i, 'by', 'attribute']);
    if (watch !== undefined)
      refer('attributes', keys, watch.attribute, ['rollouts', i, 'watch', 'attribute']);
  }
  return findings;
}
