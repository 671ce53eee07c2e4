import { expect, it } from 'vitest';
import { mistakesOf } from '../load.ts';
import { parseSource } from '../source.ts';

it.each([
  ['a header with any value', '{ key: tenant.id, from: [{ header: x-tenant }] }', 'tenant.id', 'CONFLICT'],
  [
    'a label that Istio has',
    '{ key: response.code, from: [{ responseCode: true }] }',
    'response.code',
    'RESERVED',
  ],
])('%s is no label', (_, attribute, label, code) => {
  expect(mistakes(`attributes: [${attribute}]\nmetrics: { labels: [${label}] }`)).toEqual([
    { code: `MESHSPAN_CONFIG_${code}`, path: '$.metrics.labels[0]' },
  ]);
});

it.each([
  'from: [{ header: x-tenant }], allow: [acme]',
  'from: [{ header: x-tenant }], maxDistinct: 100',
  'from: [{ node: CLUSTER_ID }, { literal: none }]',
])('an attribute with %s is a label', (rest) => {
  expect(mistakes(`attributes: [{ key: tenant.id, ${rest} }]\nmetrics: { labels: [tenant.id] }`)).toEqual([]);
});

it('two attributes do not share a label, whoever counts them', () => {
  const attributes = `
attributes:
  - { key: team.id, from: [{ literal: a }], to: { metric: true } }
  - { key: team-id, from: [{ literal: b }] }
`;
  expect(mistakes(attributes)).toEqual([]);
  expect(mistakes(`${attributes}metrics: { labels: [team-id] }`)).toEqual([
    { code: 'MESHSPAN_CONFIG_DUPLICATE', path: '$.attributes[1].key' },
  ]);
  // The same attribute, counted twice, is no mistake.
  expect(mistakes(`${attributes}metrics: { labels: [team.id] }`)).toEqual([]);
});

function mistakes(text: string): readonly object[] {
  return mistakesOf(parseSource(text, 'meshspan.yaml')).map(({ code, path }) => ({ code, path }));
}
