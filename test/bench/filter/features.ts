import { filterStateOperator } from '@meshspan/cli/plan/attribute-route.ts';
import { type Chain, type Proof, wasmFilter } from './listener.ts';
import { FEATURE_PATH } from './request.ts';
import { THREE } from './variants.ts';

/** A field of the configuration that is measured by what it adds to the usual three attributes. */
export interface Feature {
  readonly name: string;
  readonly does: string;
  readonly configuration: object;
  readonly proof: readonly Proof[];
}

/** Numbers of span-name templates that are compared: the second must not cost more than twice the first. */
export const TEMPLATE_COUNTS = [5, 500] as const;

export const SPAN_NAMES: readonly Feature[] = TEMPLATE_COUNTS.map((count) => ({
  name: `span-names-${count}`,
  does: `\`spanName\` with ${count} templates`,
  configuration: { ...THREE, spanName: templates(count) },
  proof: [
    state('span_name', 'GET /orders/{order}/items/{item}'),
    state('http.route', '/orders/{order}/items/{item}'),
  ],
}));

export const FEATURES: readonly Feature[] = [
  {
    ...{ name: 'response-code', does: 'one more attribute, of the response: its status' },
    configuration: withAttribute({
      ...{ key: 'status', from: [{ responseCode: true }], to: { responseHeader: 'x-status' } },
    }),
    proof: [{ header: 'x-status', value: '200' }],
  },
  {
    ...{ name: 'to-header', does: 'one attribute more, sent on as a header that came with another value' },
    configuration: withAttribute({
      key: 'agent',
      from: [{ literal: 'bench' }],
      to: { header: 'user-agent' },
    }),
    proof: [{ format: '%REQ(user-agent)%', value: 'bench' }],
  },
  {
    ...{ name: 'to-baggage', does: 'one attribute more, sent on as a member of baggage' },
    configuration: withAttribute({ key: 'region', from: [{ literal: 'east' }], to: { baggage: true } }),
    proof: [{ format: '%REQ(baggage)%', value: 'region=east' }],
  },
  {
    ...{ name: 'to-response-header', does: 'one attribute more, put on the response' },
    configuration: withAttribute({
      ...{ key: 'region', from: [{ literal: 'east' }], to: { responseHeader: 'x-region' } },
    }),
    proof: [{ header: 'x-region', value: 'east' }],
  },
  {
    ...{ name: 'to-metric', does: 'one attribute more, whose values are counted' },
    configuration: withAttribute({ key: 'region', from: [{ literal: 'east' }], to: { metric: true } }),
    proof: [state('region', 'east')],
  },
  {
    ...{ name: 'trust', does: '`trust` at the edge: two identity headers of a stranger are removed' },
    configuration: { ...THREE, trust: { identity: 'edge' } },
    proof: [state('user.id', 'anonymous')],
  },
  {
    ...{ name: 'sampling', does: '`sampling` with one rule, which is met' },
    configuration: { ...THREE, sampling: { always: [{ when: { cluster: 'bench' } }] } },
    proof: [state('sampled', '1')],
  },
];

/** A chain for each feature; `filter` is meshspan's .wasm. */
export function featureChains(filter: string): Chain[] {
  return [...SPAN_NAMES, ...FEATURES].map(({ name, configuration, proof }) => ({
    ...{ name, proof, proofPath: FEATURE_PATH },
    filters: [wasmFilter(name, filter, configuration)],
  }));
}

function withAttribute(attribute: object): object {
  return { attributes: [...THREE.attributes, attribute] };
}

function state(key: string, value: string): Proof {
  return { format: filterStateOperator(key), value };
}

/** Templates as an API has them, all alike but for their first part; one of them fits the path. */
function templates(count: number): string[] {
  const resources = Array.from(
    { length: count - 1 },
    (_, index) => `GET /resource-${index}/{id}/items/{item}`,
  );
  return ['GET /orders/{order}/items/{item}', ...resources];
}
