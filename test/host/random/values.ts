import fc from 'fast-check';
import { toBytes } from '../proxy/bytes.ts';
import type { Headers } from '../proxy/header-map.ts';
import type { PropertyTree } from '../proxy/properties.ts';
import { HEADERS, TOKENS } from './names.ts';

/** Bytes as they may come over the wire: text, near-text, anything, and now and then a lot. */
export const wireValue: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }).map(toBytes) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map(toBytes) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  // The borders of Unicode's table 3-7.
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.constantFrom(
          ...[0x20, 0x41, 0x7e, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc1, 0xc2, 0xdf],
          ...[0xe0, 0xe1, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff],
        ),
        { maxLength: 10 },
      )
      .map((bytes) => Uint8Array.from(bytes)),
  },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 40_000 }).map((size) => new Uint8Array(size).fill(0x76)),
  },
);

/** About as much as the arena takes in one callback, a few bytes less or more, and what is far too much. */
const nearLimit: fc.Arbitrary<Uint8Array> = fc
  .oneof(fc.integer({ min: -40, max: 40 }), fc.constantFrom(-16_384, 16_384, 1_048_576))
  .map((more) => new Uint8Array(1_048_576 + more).fill(0x2c));

const word = fc.constantFrom(...TOKENS);
const usual = fc.oneof(
  { weight: 120, arbitrary: word.map(toBytes) },
  { weight: 80, arbitrary: wireValue },
  { weight: 1, arbitrary: nearLimit },
);

/** JSON as a token's payload may be, and what is nearly JSON. */
const payload = fc.oneof(
  fc
    .record({ sub: word, aud: fc.array(word, { maxLength: 2 }), a: fc.jsonValue({ maxDepth: 3 }) })
    .map((json) => JSON.stringify(json)),
  fc.jsonValue({ maxDepth: 4 }).map((json) => JSON.stringify({ sub: json, realm: { roles: [json, json] } })),
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '"sub"',
        '\\u',
        '\\ud83d',
        '\\ude00',
        '1e9',
        ' ',
        'tru',
      ),
    )
    .map((parts) => parts.join('')),
  fc.nat({ max: 300 }).map((depth) => '{"sub":'.repeat(depth)),
);
const bearer = fc
  .tuple(
    fc.constantFrom('Bearer ', 'bearer ', 'Basic ', ''),
    payload,
    fc.constantFrom('', '=', '.', '%', '\n', 'é'),
  )
  .map(
    ([scheme, json, end]) =>
      `${scheme}eyJhbGciOiJub25lIn0.${Buffer.from(json).toString('base64url')}${end}.c2ln`,
  );

/** W3C baggage: up to more members than may be, with properties, blanks, percent signs, and without a name. */
const baggage = fc
  .array(
    fc.tuple(
      fc.oneof(word, fc.constantFrom('', ' ', 'é', 'k;')),
      fc.constantFrom('=', '=', ' = ', ''),
      fc.oneof(word, fc.constantFrom('%41%', '%zz', ';p=1', 'x'.repeat(300))),
    ),
    {
      maxLength: 70,
    },
  )
  .map((members) => members.map((parts) => parts.join('')).join(','));
const path = fc
  .array(fc.constantFrom('/', '/a', '/b', '/%41%', '/é', '?', '&a=', 'acme+%20', '#', '//'), { maxLength: 8 })
  .map((parts) => parts.join(''));

const textHeader = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.tuple(fc.constantFrom(...names), value.map(toBytes));

/** Request headers as the features read them, a name more than once, and any bytes as values. */
export const requestHeaders: fc.Arbitrary<[string, Uint8Array][]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(
        fc.constantFrom(
          ...HEADERS,
          'x-meshspan-sampled',
          'x-meshspan-user.id',
          'cookie',
          'authorization',
          'baggage',
          ':path',
          ':method',
        ),
        usual,
      ),
    },
    { weight: 1, arbitrary: textHeader(['authorization'], bearer) },
    { weight: 1, arbitrary: textHeader(['baggage'], baggage) },
    { weight: 2, arbitrary: textHeader([':path'], path) },
    { weight: 1, arbitrary: textHeader([':method'], fc.constantFrom('GET', 'POST', 'get', 'BREW')) },
    {
      weight: 1,
      arbitrary: textHeader(
        ['traceparent', 'x-b3-traceid', 'b3'],
        fc.constantFrom(
          '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          '0af7651916cd43dd8448eb211c80319c',
          '00-',
          '',
        ),
      ),
    },
  ),
  { maxLength: 8 },
);

export const responseHeaders: fc.Arbitrary<Headers> = fc.array(
  fc.oneof(
    textHeader([':status'], fc.constantFrom('200', '503', '999', '5', '', 'abc', '20000')),
    fc.tuple(fc.constantFrom(...HEADERS, 'server-timing', 'x-trace-id'), usual),
  ),
  { maxLength: 4 },
);

const number = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer({ min: -1, max: 3 }),
);
/** Values of properties: of the right type, of another, of no type at all. */
const leaf = fc.oneof(number, fc.boolean(), word, wireValue);
const spiffe = fc.oneof(
  fc.constantFrom('spiffe://td/ns/shop/sa/web', 'spiffe://', 'spiffe://td/ns//sa/', 'x'),
  wireValue,
);
const claims = fc.oneof(
  leaf,
  fc.record({ sub: leaf, aud: leaf, a: leaf, exp: number }, { requiredKeys: [] }),
);

function tree(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<PropertyTree> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<PropertyTree>;
}

/** Attributes of a request, each there or not. */
export const requestProperties: fc.Arbitrary<PropertyTree> = tree({
  h: leaf,
  request: tree({ id: leaf, time: leaf }),
  connection: tree({ mtls: leaf, uri_san_peer_certificate: spiffe }),
  xds: tree({ listener_direction: leaf }),
  metadata: tree({
    filter_metadata: tree({
      'envoy.filters.http.jwt_authn': tree({ payload: claims, other: claims }),
    }),
  }),
});

/** Attributes that come with a response. */
export const responseProperties: fc.Arbitrary<PropertyTree> = tree({
  response: tree({ code: leaf, flags: leaf, size: leaf }),
  request: tree({ time: leaf, duration: leaf }),
  upstream: tree({ address: leaf }),
});

/** Node metadata by name. */
export const nodeMetadata: fc.Arbitrary<PropertyTree> = fc.dictionary(
  fc.constantFrom('CLUSTER_ID', 'h', 'é'),
  wireValue,
  { maxKeys: 3 },
);
