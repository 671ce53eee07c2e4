import fc from 'fast-check';
import { toBytes } from './proxy/bytes.ts';
import type { Headers } from './proxy/header-map.ts';

/** A configuration as its documentation describes it. */
export interface Source {
  readonly header?: string;
  readonly property?: string;
  readonly node?: string;
  readonly literal?: string;
}

export interface Attribute {
  readonly key: string;
  readonly from: readonly Source[];
  readonly default?: string;
  readonly maxLength?: number;
  readonly ambiguous?: 'reject' | 'first';
}

export interface Configuration {
  readonly attributes: readonly Attribute[];
}

/** Few names, so that configurations, headers and properties often mean the same one. */
export const NAMES: readonly string[] = [
  'x-user-id',
  'X-Tenant-ID',
  'h',
  'é',
  'a b',
  'CLUSTER_ID',
  '__proto__',
];
const name: fc.Arbitrary<string> = fc.constantFrom(...NAMES);

/** A text that a literal may be: no control characters, no quotes, no lone surrogates. */
const printable: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !/[\p{Cc}"\\]/u.test(text));

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

export const headers: fc.Arbitrary<Headers> = fc.array(fc.tuple(name, wireValue), { maxLength: 6 });

/** Properties by name: text or not, empty, or a number, which comes as eight bytes. */
export const properties: fc.Arbitrary<Record<string, Uint8Array | bigint>> = fc.dictionary(
  name,
  fc.oneof(wireValue, fc.bigInt({ min: -1n, max: 2n ** 40n })),
  { maxKeys: 4 },
);

const source: fc.Arbitrary<Source> = fc.oneof(
  // What no header can be called is a mistake.
  name.filter((text) => /^[\w-]+$/.test(text)).map((header) => ({ header })),
  name.map((property) => ({ property })),
  name.map((node) => ({ node })),
  printable.filter((text) => text.length > 0).map((literal) => ({ literal })),
);

const attribute: fc.Arbitrary<Attribute> = fc.record(
  {
    key: fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/),
    from: fc.array(source, { minLength: 1, maxLength: 4 }),
    default: printable,
    ambiguous: fc.constantFrom<('reject' | 'first')[]>('reject', 'first'),
    maxLength: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4096 })),
  },
  { requiredKeys: ['key', 'from'] },
);

/** Configurations without a mistake. */
export const configuration: fc.Arbitrary<Configuration> = fc.record({
  attributes: fc.uniqueArray(attribute, { selector: ({ key }) => key, maxLength: 6 }),
});

/** Text of configurations, most of them with mistakes: of meaning, of form, of encoding. */
export const configurationBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  configuration.map((json) => toBytes(JSON.stringify(json))),
  fc
    .array(fc.oneof(attribute, fc.jsonValue({ maxDepth: 3 })), { maxLength: 5 })
    .map((attributes) => toBytes(JSON.stringify({ attributes }))),
  fc.jsonValue({ maxDepth: 5 }).map((json) => toBytes(JSON.stringify(json))),
  mutated(configuration.map((json) => toBytes(JSON.stringify(json, null, 1)))),
  fc.nat({ max: 60 }).map((depth) => toBytes('[{"a":'.repeat(depth))),
  fc.uint8Array({ maxLength: 30 }),
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
    const result = [...bytes];
    for (const { at, remove, insert } of changes) {
      result.splice(Math.floor(at * result.length), remove, ...insert);
    }
    return Uint8Array.from(result);
  });
}
