import fc from 'fast-check';
import type { Headers } from '../proxy/header-map.ts';
import { name, printable } from './names.ts';
import { wireValue } from './values.ts';

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
  readonly to?: { readonly header: string };
}

export interface Configuration {
  readonly output?: 'filterState' | 'header';
  readonly attributes: readonly Attribute[];
}

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

/** Configurations without a mistake. The first attribute may go on in a header, also in one that is read. */
export const configuration: fc.Arbitrary<Configuration> = fc
  .record(
    {
      attributes: fc.uniqueArray(attribute, { selector: ({ key }) => key.toLowerCase(), maxLength: 6 }),
      header: fc.constantFrom('h', 'X-User-ID', 'x-new'),
      output: fc.constantFrom<('filterState' | 'header')[]>('filterState', 'header'),
    },
    { requiredKeys: ['attributes'] },
  )
  .map(({ attributes: [first, ...others], header, ...rest }) => ({
    ...rest,
    attributes: first === undefined ? [] : [{ ...first, ...(header && { to: { header } }) }, ...others],
  }));
