import fc from 'fast-check';
import { attribute, type Json, source, validDocument } from './documents.ts';

/** What a value is replaced by: other types, texts that mean something elsewhere, both sides of every bound. */
const other: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json[]>(null, true, false, [], {}, [null], [''], ['x'], { header: 'h' }, [{ header: 'h' }]),
  fc.constantFrom<Json[]>(-1, 0, 1, 7, 8, 64, 65, 4096, 4097, 0.5, 1e21, '8', '0'),
  fc.constantFrom('', 'x', 'first', 'md5', 'text', 'string', 'peer', 'namespace', 'KEY', '/{t}', '/{', 'a"b'),
  fc.constantFrom(
    '\0',
    '\ud800',
    'a*a',
    '[a',
    'a{2}',
    '\\q',
    'k'.repeat(128),
    'k'.repeat(129),
    'x'.repeat(257),
  ),
  fc.constantFrom('edge', 'header', 'host', 'spiffe://a/**', 'GET /a/{b}', 'a.b', 'info', 'span_name'),
  fc.constantFrom<Json[]>({ responseCode: true }, { jwt: 'a' }, { metric: true }, { k: 'v' }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  source,
  attribute,
);
const fieldName = fc.oneof(
  fc.constantFrom('key', 'from', 'default', 'hash', 'mask', 'allow', 'pattern', 'length', 'type', 'header'),
  fc.constantFrom('property', 'literal', 'attributes', 'unknown', '__proto__', 'Key', ''),
  fc.constantFrom(
    'to',
    'identity',
    'jwt',
    'unverified',
    'payloadInMetadata',
    'responseHeader',
    'flags',
    'baggage',
  ),
  fc.constantFrom('trust', 'peers', 'spanName', 'sampling', 'always', 'when', 'logLevel', 'output', 'strict'),
);

interface Change {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'rename' | 'empty' | 'repeat';
  readonly by: Json;
  readonly name: string;
}
const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'rename', 'empty', 'repeat'),
  by: other,
  name: fieldName,
});

/** Right configurations with one or two changes; some of them are still right. */
export const changedDocument: fc.Arbitrary<Json> = fc
  .tuple(validDocument, fc.array(change, { minLength: 1, maxLength: 2 }))
  .map(([document, changes]) => changes.reduce(changed, document));

/** The document with one of its values, counted from the root, changed. */
function changed(document: Json, { at, how, by, name }: Change): Json {
  let left = at % count(document);
  const visit = (value: Json): Json | undefined => {
    if (left-- === 0) return edit(value);
    if (Array.isArray(value)) {
      return value.map(visit).filter((item) => item !== undefined);
    }
    if (value === null || typeof value !== 'object') return value;
    const fields = Object.entries(value).flatMap(([field, inner]): [string, Json][] => {
      const renamed = how === 'rename' && left === 0 ? name : field;
      const next = visit(inner);
      return next === undefined ? [] : [[renamed, next]];
    });
    return Object.fromEntries(fields);
  };
  const edit = (value: Json): Json | undefined => {
    if (how === 'replace') return by;
    if (how === 'remove') return undefined;
    if (how === 'empty') return Array.isArray(value) ? [] : typeof value === 'string' ? '' : {};
    if (how === 'repeat') return typeof value === 'string' ? value.repeat(200) : [value, value];
    if (how === 'rename' || value === null || typeof value !== 'object') return value;
    return Array.isArray(value) ? [...value, by] : Object.fromEntries([...Object.entries(value), [name, by]]);
  };
  return visit(document) ?? null;
}

/** Values in a document, itself among them. */
function count(value: Json): number {
  if (value === null || typeof value !== 'object') return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + count(inner), 1);
}
