import fc from 'fast-check';
import { toBytes } from '../proxy/bytes.ts';
import { HEADERS, KEYS, name, printable, TOKENS } from './names.ts';

type Json = unknown;

/** Fields of a record, each of which may be missing but those that are required. */
function some(fields: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[] = []): fc.Arbitrary<object> {
  return fc.record(fields, { requiredKeys });
}

const key = fc.constantFrom(...KEYS);
const header = fc.constantFrom(...HEADERS);
const word = fc.constantFrom(...TOKENS);
const text = fc.oneof(word, printable).filter((value) => value !== '');
const claim = fc.oneof(
  fc.constantFrom<Json[]>('sub', 'aud.0', 'realm.roles.1', ['https://x/claim', 'a'], 'a', 'exp'),
  fc.array(fc.constantFrom('sub', 'aud', '0', 'a'), { minLength: 1, maxLength: 4 }),
);
const type = fc.constantFrom('text', 'integer', 'number', 'boolean', 'timestamp', 'duration');
const property = fc.constantFrom(
  ...[
    'h',
    'request.id',
    'request.headers.h',
    'connection.mtls',
    'xds.node.cluster',
    'xds.listener_direction',
  ],
);

const requestSource: fc.Arbitrary<object> = fc.oneof(
  { weight: 5, arbitrary: header.map((header) => ({ header })) },
  word.map((cookie) => ({ cookie })),
  word.map((query) => ({ query })),
  word.map((baggage) => ({ baggage })),
  fc.constantFrom('/{t}/**', '/a/{t}', '/*/{t}/b').map((path) => ({ path })),
  fc.constantFrom('namespace', 'serviceAccount', 'trustDomain').map((peer) => ({ peer })),
  some({ property, type }, ['property']),
  name.map((node) => ({ node })),
  fc.constantFrom('REGION', 'NOT_SET').map((env) => ({ env })),
  text.map((literal) => ({ literal })),
  some({ jwt: claim, payloadInMetadata: fc.constantFrom('payload', 'other'), type }, ['jwt']),
  claim.map((jwt) => ({ jwt, unverified: true })),
);
const responseSource: fc.Arbitrary<object> = fc.oneof(
  header.map((responseHeader) => ({ responseHeader })),
  fc.constantFrom<object[]>({ responseCode: true }, { flags: true }, { duration: true }),
  some({ property: fc.constantFrom('response.code', 'response.size', 'upstream.address'), type }, [
    'property',
  ]),
);

/** Sources of the request in front of those of the response, as the filter wants them. */
const from: fc.Arbitrary<object[]> = fc
  .tuple(
    fc.array(requestSource, { minLength: 1, maxLength: 3 }),
    fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(responseSource, { maxLength: 2 }) },
    ),
  )
  .map(([request, response]) => [...request, ...response]);

const to = some({
  header: fc.constantFrom('x-user', 'x-tenant', 'h', 'Authorization'),
  baggage: fc.oneof(fc.constant(true), word),
  responseHeader: fc.constantFrom('x-user', 'h'),
  metric: fc.constant(true),
}).filter((targets) => Object.keys(targets).length > 0);

const attribute = some(
  {
    key,
    from,
    default: printable,
    ambiguous: fc.constantFrom('reject', 'first'),
    maxLength: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4096 })),
    lowercase: fc.boolean(),
    pattern: fc.constantFrom('[a-z]+', '.*', '[^@]{0,9}', '\\d{2,}'),
    allow: fc.array(word, { minLength: 1, maxLength: 3 }),
    mask: fc.integer({ min: 0, max: 8 }),
    maxDistinct: fc.integer({ min: 1, max: 5 }),
    identity: fc.boolean(),
    to,
  },
  ['key', 'from'],
);

const when = fc.dictionary(key, fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })), {
  minKeys: 1,
  maxKeys: 2,
});
const part = fc.constantFrom('a', 'b', '{t}', '{id}', '*', 'é');
const template = fc
  .tuple(fc.constantFrom('', 'GET ', 'POST '), fc.array(part, { maxLength: 4 }), fc.constantFrom('', '/**'))
  .map(([method, parts, rest]) => `${method}/${parts.join('/')}${parts.length > 0 ? rest : ''}`);

const root = {
  attributes: fc.uniqueArray(attribute, {
    selector: (fields) => (fields as { key: string }).key,
    minLength: 2,
    maxLength: 5,
  }),
  trust: some(
    {
      identity: fc.constantFrom('edge', 'mesh'),
      peers: fc.array(fc.constantFrom('spiffe://td/ns/*/sa/*', 'spiffe://**', 'spiffe://td/ns/shop/sa/web'), {
        minLength: 1,
        maxLength: 3,
      }),
    },
    ['identity'],
  ),
  spanName: fc.array(template, { minLength: 1, maxLength: 8 }),
  sampling: some(
    {
      always: fc.array(fc.record({ when }), { minLength: 1, maxLength: 3 }),
      header: fc.constantFrom('x-meshspan-sampled', 'h'),
    },
    ['always'],
  ),
  debugWhen: fc.array(
    some({ when, logLevel: fc.constantFrom('trace', 'debug', 'info', 'warn', 'error') }, ['when']),
    { minLength: 1, maxLength: 2 },
  ),
  traceId: fc.constantFrom('x-trace-id', 'server-timing').map((responseHeader) => ({ responseHeader })),
  output: fc.constantFrom('filterState', 'filterState', 'header'),
};

type Fields = { readonly [name: string]: Json };
interface Drawn {
  readonly attributes: readonly Fields[];
  readonly sampling?: { readonly always: readonly { readonly when: Fields }[] };
  readonly debugWhen?: readonly { readonly when: Fields }[];
}

/**
 * Most of what does not go together goes: conditions are on attributes that are there, and what waits for the response is
 * not written to the request. Some mistakes stay.
 */
function consistent({ attributes, sampling, debugWhen, ...rest }: Drawn): object {
  const waits = ({ from }: Fields): boolean =>
    /"(response|flags|duration|upstream)/.test(JSON.stringify(from));
  const keys = attributes.filter((fields) => !waits(fields)).map((fields) => String(fields.key));
  const named = <T extends { readonly when: Fields }>(rule: T): T => {
    const values = Object.values(rule.when).map((value, i) => [keys[i] ?? 'none', value]);
    return { ...rule, when: Object.fromEntries(values) };
  };
  return {
    ...rest,
    attributes: attributes.map(({ to, ...fields }) => {
      const { header, baggage, ...targets } = (to ?? {}) as Fields;
      const kept = waits(fields) ? targets : { header, baggage, ...targets };
      return Object.values(kept).some((value) => value !== undefined) ? { ...fields, to: kept } : fields;
    }),
    ...(sampling && { sampling: { ...sampling, always: sampling.always.map(named) } }),
    ...(debugWhen && { debugWhen: debugWhen.map(named) }),
  };
}

/** Configurations with every feature, most of them without a mistake. */
export const fullConfiguration: fc.Arbitrary<object> = some(root, ['attributes']).map((drawn) =>
  consistent(drawn as Drawn),
);

const asBytes = (json: Json): Uint8Array => toBytes(JSON.stringify(json));

/** Text of configurations, many of them with mistakes: of meaning, of form, of encoding. */
export const configurationBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 6, arbitrary: fullConfiguration.map(asBytes) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.oneof(attribute, fc.jsonValue({ maxDepth: 3 })), { maxLength: 5 })
      .map((attributes) => asBytes({ attributes })),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }).map(asBytes) },
  // A configuration in which one field is anything.
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fullConfiguration,
        fc.constantFrom(...Object.keys(root), 'strict'),
        fc.jsonValue({ maxDepth: 2 }),
      )
      .map(([all, field, value]) => asBytes({ ...all, [field]: value })),
  },
  { weight: 3, arbitrary: mutated(fullConfiguration.map((json) => toBytes(JSON.stringify(json, null, 1)))) },
  { weight: 1, arbitrary: fc.nat({ max: 60 }).map((depth) => toBytes('[{"a":'.repeat(depth))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 30 }) },
);

/** Some bytes replaced, removed or put in, mostly such as mean something to JSON. */
function mutated(of: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    fc.constantFrom(...toBytes('{}[],:"\\u0d8eE+-.truefalsnl \n\0')),
    fc.integer({ min: 0, max: 255 }),
  );
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat({ max: 3 }),
    insert: fc.array(byte, { maxLength: 3 }),
  });
  return fc.tuple(of, fc.array(change, { minLength: 1, maxLength: 3 })).map(([bytes, changes]) => {
    let result = bytes;
    for (const { at, remove, insert } of changes) {
      const start = Math.floor(at * result.length);
      result = Buffer.concat([
        result.subarray(0, start),
        Uint8Array.from(insert),
        result.subarray(start + remove),
      ]);
    }
    return result;
  });
}
