import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** The VM's environment: `KEY` is set. */
export const ENVIRONMENT: Readonly<Record<string, string>> = { KEY: 'a key', REGION: 'eu' };

const name = fc.oneof(
  fc.constantFrom(
    'x-user-id',
    'X-Tenant-ID',
    'é',
    'a b',
    '__proto__',
    'CLUSTER_ID',
    'xds.node.cluster',
    'KEY',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
);
const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,8}$/);
const printable = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((text) => !/[\p{Cc}\p{Cs}"\\]/u.test(text));
const template = fc
  .tuple(
    fc.array(fc.constantFrom('a', '*', '', 'é'), { maxLength: 3 }),
    fc.constantFrom('{t}', '{tenant id}'),
    fc.array(fc.constantFrom('a', '*', ''), { maxLength: 3 }),
    fc.constantFrom('', '/**'),
  )
  .map(([before, named, after, rest]) => `/${[...before, named, ...after].join('/')}${rest}`);

const source: fc.Arbitrary<Json> = fc.oneof(
  ...['cookie', 'query', 'baggage', 'property', 'node', 'env'].map((kind) =>
    name.map((text) => ({ [kind]: text })),
  ),
  fc.oneof(fc.constantFrom('x-user-id', ':path'), token).map((header) => ({ header })),
  printable.filter((text) => text !== '').map((literal) => ({ literal })),
  template.map((path) => ({ path })),
  fc.constantFrom('namespace', 'serviceAccount', 'trustDomain').map((peer) => ({ peer })),
  fc.record({
    type: fc.constantFrom('text', 'integer', 'number', 'boolean', 'timestamp', 'duration'),
    property: name,
  }),
);

/** Places that may repeat come after those of other characters, so that it is 1-unambiguous. */
const pattern = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.subarray(['[a-z]', '\\d', '@', '[-_]', '\\.', '[A-Z]', '\\(', ' ']),
    fc.constantFrom('', '?', '*', '+', '{2}', '{2,}', '{0,4}'),
    fc.constantFrom('', '$'),
  )
  .map(([start, places, count, end]) => start + places.map((place) => place + count).join('') + end);

const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));

const attribute: fc.Arbitrary<Json> = fc
  .record(
    {
      key: fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/),
      from: fc.array(source, { minLength: 1, maxLength: 4 }),
      default: printable,
      ambiguous: fc.constantFrom('reject', 'first'),
      maxLength: whole(1, 4096),
      lowercase: fc.boolean(),
      pattern,
      allow: fc.array(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 5 }),
      hash: fc.record(
        { algorithm: fc.constant('hmac-sha256'), keyEnv: fc.constant('KEY'), length: whole(8, 64) },
        { requiredKeys: ['algorithm', 'keyEnv'] },
      ),
      mask: whole(0, 64),
      maxDistinct: whole(1, 4096),
    },
    { requiredKeys: ['key', 'from'] },
  )
  .map(({ mask, ...fields }) =>
    mask === undefined || fields.hash !== undefined ? fields : { ...fields, mask },
  ) as fc.Arbitrary<Json>;

/** Right configurations, with all fields, sources and rules. */
export const validDocument: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      attributes: fc.uniqueArray(attribute, {
        selector: (fields) => (fields as { key: string }).key,
        minLength: 1,
        maxLength: 3,
      }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Json[]>({}, { attributes: [] }) },
);

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
  fc.string({ unit: 'binary', maxLength: 4 }),
  source,
  attribute,
);
const fieldName = fc.oneof(
  fc.constantFrom('key', 'from', 'default', 'hash', 'mask', 'allow', 'pattern', 'length', 'type', 'header'),
  fc.constantFrom('property', 'literal', 'attributes', 'unknown', '__proto__', 'Key', ''),
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

/** Texts near to a pattern's or a template's grammar. */
export const anyPattern: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      ...['a', 'z', '-', '^', '$', '.', '*', '+', '?', '[', ']', '[', ']', '{', '}', '{2}', '{0,', '2', ','],
      ...['\\', '\\d', '\\]', '(', '|', ' ', '0', '9', '[a-', '[^', '~', 'é', '\n'],
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
export const anyPath: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('/', '/', '/', '{', '}', '*', 'a', '{t}', '/{t}', '/**', 'é', '\n'), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(''));
