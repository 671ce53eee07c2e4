import { FEATURES, type Feature, SPAN_NAMES } from './features.ts';
import { ALL_CALLBACKS, type Probe } from './probes.ts';
import {
  attributeHeader,
  FEATURE_PATH,
  MANY_ATTRIBUTES,
  type RequestHeaders,
  USUAL,
  withHeaders,
} from './request.ts';
import { ATTRIBUTE_COUNTS } from './variants.ts';

/** One thing that is measured: a chain under a load. */
export interface Case {
  readonly id: string;
  /** Name of the chain, and so of its listener. */
  readonly chain: string;
  /** The case whose cost is taken off: the same load without what is measured. None for such a case itself. */
  readonly base?: string;
  /** The path that is asked for; `/` without it. */
  readonly path?: string;
  readonly headers: RequestHeaders;
  readonly connections: number;
  /** The table it stands in. */
  readonly group: Group;
  /** What the reader is told it does. */
  readonly does: string;
}

export type Group =
  | 'filters'
  | 'spans'
  | 'attributes'
  | 'headers'
  | 'connections'
  | 'names'
  | 'features'
  | 'calls'
  | 'reading';

/** Enough that Envoy always has a request waiting: with few, what is measured is how often it is woken. */
const CONNECTIONS = 32;
const usual = { headers: USUAL, connections: CONNECTIONS };
const many = { headers: MANY_ATTRIBUTES, connections: CONNECTIONS };

const PEERS = {
  lua: 'Lua: reads 2 headers, sets 3 values of dynamic metadata',
  rust: 'Rust, crate proxy-wasm: reads 2 headers, sets 3 properties',
  'solo-io': 'AssemblyScript, @solo-io/proxy-runtime: the same',
  empty: 'a Wasm filter with one callback that does nothing',
  meshspan: '2 headers and a constant, governed',
  'meshspan-request': 'the same, by the module that sees no responses',
};

/** Names in the order of the attributes. */
function headerNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => attributeHeader(index + 1));
}

/** Filters that do one thing each. */
export const PROBES: readonly Probe[] = [
  { name: 'empty' },
  { name: 'context', callbacks: ['proxy_on_context_create'] },
  { name: 'response', callbacks: ['proxy_on_response_headers'] },
  { name: 'every', callbacks: ALL_CALLBACKS },
  { name: 'sets-1', sets: 1 },
  { name: 'sets-3', sets: 3 },
  { name: 'sets-3-once', sets: 3, perConnection: true },
  { name: 'asks-1', asks: 'connection.id' },
  ...ATTRIBUTE_COUNTS.flatMap((count) => [
    { name: `gets-${count}`, gets: headerNames(count) },
    { name: `pairs-${count}`, pairs: headerNames(count) },
  ]),
];

/** Every case, in the order in which they are told. */
export const CASES: readonly Case[] = [
  { id: 'none', chain: 'none', ...usual, group: 'filters', does: 'no filter, no tracing' },
  ...Object.entries(PEERS).map(([name, does]) => ({
    ...{ id: name, chain: name, base: 'none', ...usual, does },
    group: 'filters' as const,
  })),
  {
    ...{ id: 'traced', chain: 'traced', ...usual },
    ...{ group: 'spans', does: 'no filter; each request makes a span, exported by OTLP over HTTP' },
  },
  {
    ...{ id: 'native', chain: 'native', base: 'traced', ...usual },
    ...{ group: 'spans', does: 'no filter; two `request_header` tags and a literal one' },
  },
  {
    ...{ id: 'meshspan-traced', chain: 'meshspan-traced', base: 'traced', ...usual },
    ...{ group: 'spans', does: 'the filter, and three tags that read filter state' },
  },
  { id: 'none-many', chain: 'none', ...many, group: 'attributes', does: 'no filter' },
  ...ATTRIBUTE_COUNTS.map((count) => ({
    ...{ id: `attributes-${count}`, chain: `meshspan-${count}`, base: 'none-many', ...many },
    ...{
      group: 'attributes' as const,
      does: `meshspan, ${count === 1 ? '1 attribute' : `${count} attributes`}`,
    },
  })),
  ...[10, 40].flatMap((count) => {
    const load = { headers: withHeaders(count), connections: CONNECTIONS, group: 'headers' as const };
    return pair(`headers-${count}`, `${count} request headers`, load);
  }),
  ...[1, 8, 64, 512].flatMap((connections) => {
    const load = { headers: USUAL, connections, group: 'connections' as const };
    return pair(
      `connections-${connections}`,
      connections === 1 ? '1 connection' : `${connections} connections`,
      load,
    );
  }),
  ...features('names', 'no-names', SPAN_NAMES),
  ...features('features', 'no-feature', FEATURES),
  ...[
    ['context', 'and `proxy_on_context_create`'],
    ['response', 'and `proxy_on_response_headers`'],
    ['every', 'and five: context_create, response_headers, done, log, delete'],
    ['sets-1', 'and one `proxy_set_property`'],
    ['sets-3', 'and three `proxy_set_property`'],
    ['sets-3-once', 'and three `proxy_set_property` of state that lives as long as the connection'],
    ['asks-1', 'and one `proxy_get_property`, of `connection.id`'],
  ].map(([name = '', does = '']) => ({
    ...{ id: name, chain: name, base: 'none', ...usual },
    ...{ group: 'calls' as const, does: `the empty filter ${does}` },
  })),
  ...ATTRIBUTE_COUNTS.flatMap((count) =>
    (['gets', 'pairs'] as const).map((way) => ({
      ...{ id: `${way}-${count}`, chain: `${way}-${count}`, base: 'none-many', ...many },
      group: 'reading' as const,
      does:
        way === 'gets'
          ? `${count} of 16 headers by ${count} × \`get_header_map_value\``
          : `${count} of 16 headers by one \`get_header_map_pairs\``,
    })),
  ),
];

/** meshspan and no filter under the same load. */
function pair(id: string, what: string, load: Pick<Case, 'headers' | 'connections' | 'group'>): Case[] {
  return [
    { id: `none-${id}`, chain: 'none', ...load, does: `no filter, ${what}` },
    { id, chain: 'meshspan', base: `none-${id}`, ...load, does: `meshspan, ${what}` },
  ];
}

/** meshspan with each feature, and without any, on the same path. */
function features(group: Group, base: string, all: readonly Feature[]): Case[] {
  const load = { ...usual, path: FEATURE_PATH, group };
  return [
    { id: base, chain: 'meshspan', ...load, does: 'meshspan, 3 attributes' },
    ...all.map(({ name, does }) => ({ id: name, chain: name, base, ...load, does })),
  ];
}
