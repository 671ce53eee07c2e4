import fc from 'fast-check';

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
export const name: fc.Arbitrary<string> = fc.constantFrom(...NAMES);

/** Headers that a configuration may read and write, in any case. */
export const HEADERS: readonly string[] = ['x-user-id', 'X-Tenant-ID', 'h', 'x-user', ':path', ':authority'];

/** Keys of attributes, some of which are identity. */
export const KEYS: readonly string[] = ['user.id', 'tenant.id', 'k', 'A.b-c', '9'];

/** Words that stand on both sides: values in requests, and what configurations compare with. */
export const TOKENS: readonly string[] = ['a', 'acme', 'user.id', 'k', '42'];

/** A text that a literal may be: no control characters, no quotes, no lone surrogates. */
export const printable: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !/[\p{Cc}"\\]/u.test(text));
