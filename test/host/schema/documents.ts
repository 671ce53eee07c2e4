import fc from 'fast-check';

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** An attribute as a configuration has it. */
export interface Attribute {
  readonly [field: string]: Json;
  readonly key: string;
  readonly from: Json[];
}

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

const type = fc.constantFrom('text', 'integer', 'number', 'boolean', 'timestamp', 'duration');
const word = fc.stringMatching(/^[a-z0-9_]{1,6}$/);
const claim = fc.oneof(
  fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')),
  fc.array(name, { minLength: 1, maxLength: 3 }),
);

export const source: fc.Arbitrary<Json> = fc.oneof(
  ...['cookie', 'query', 'baggage', 'property', 'node', 'env'].map((kind) =>
    name.map((text) => ({ [kind]: text })),
  ),
  fc.oneof(fc.constantFrom('x-user-id', ':path'), token).map((header) => ({ header })),
  printable.filter((text) => text !== '').map((literal) => ({ literal })),
  template.map((path) => ({ path })),
  fc.constantFrom('namespace', 'serviceAccount', 'trustDomain').map((peer) => ({ peer })),
  fc.record({ type, property: name }),
  fc.record({ jwt: claim, payloadInMetadata: name, type }, { requiredKeys: ['jwt'] }),
  fc.record({ unverified: fc.boolean(), jwt: claim }),
) as fc.Arbitrary<Json>;

const responseSource: fc.Arbitrary<Json> = fc.oneof(
  token.map((responseHeader) => ({ responseHeader })),
  fc.constantFrom<Json[]>({ responseCode: true }, { flags: true }, { duration: true }),
  fc.record({ property: fc.constantFrom('response.code', 'upstream.address'), type }),
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

const to = fc
  .record(
    {
      header: fc.constantFrom('x-tenant', 'Authorization', '~'),
      baggage: fc.oneof(fc.boolean(), token),
      responseHeader: fc.constantFrom('x-tenant', 'Server'),
      metric: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .filter((targets) => Object.values(targets).some((value) => value !== false));

const whole = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }));

export const attribute: fc.Arbitrary<Attribute> = fc
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
      identity: fc.boolean(),
      to,
    },
    { requiredKeys: ['key', 'from'] },
  )
  .map(({ mask, ...fields }) =>
    mask === undefined || fields.hash !== undefined ? fields : { ...fields, mask },
  ) as fc.Arbitrary<Attribute>;

/** With sources of the response behind the others, and no target that is too early for them. */
const responseAttribute = fc
  .tuple(attribute, fc.array(responseSource, { minLength: 1, maxLength: 2 }))
  .map(([{ to: _, ...fields }, response]): Attribute => ({ ...fields, from: [...fields.from, ...response] }));

const NAMED = /\{[^}]+\}/g;
const spanName = fc.uniqueArray(
  fc
    .tuple(
      fc.constantFrom('', 'GET ', 'M-SEARCH '),
      fc.array(fc.constantFrom('a', 'a:b', '{id}', '{n}', '*', ''), { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '/**'),
    )
    .map(([method, parts, rest]) => `${method}/${parts.join('/')}${rest}`),
  // Whatever a part is called, it means the same.
  { selector: (text) => text.replace(NAMED, '*'), minLength: 1, maxLength: 5 },
);
const nonEmpty = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 });
const conditions = fc.array(
  fc.tuple(fc.nat(), fc.oneof(nonEmpty, fc.array(nonEmpty, { minLength: 1, maxLength: 3 }))),
  { minLength: 1, maxLength: 2 },
);

/** Right configurations, with all fields, sources and rules. */
export const validDocument: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .record(
        {
          attributes: fc.uniqueArray(
            fc.oneof({ weight: 4, arbitrary: attribute }, { weight: 1, arbitrary: responseAttribute }),
            { selector: ({ key }) => key, minLength: 1, maxLength: 3 },
          ),
          trust: fc.record(
            {
              identity: fc.constantFrom('edge', 'mesh'),
              peers: fc.array(fc.constantFrom('spiffe://td/ns/*/sa/*', 'spiffe://**', 'spiffe://'), {
                minLength: 1,
                maxLength: 3,
              }),
            },
            { requiredKeys: ['identity'] },
          ),
          spanName,
          sampling: fc.record(
            {
              always: fc.array(conditions, { minLength: 1, maxLength: 2 }),
              header: fc.constantFrom('x', 'X-S'),
            },
            { requiredKeys: ['always'] },
          ),
          debugWhen: fc.array(
            fc.record(
              { when: conditions, logLevel: fc.constantFrom('trace', 'debug', 'info', 'warn', 'error') },
              { requiredKeys: ['when'] },
            ),
            { minLength: 1, maxLength: 2 },
          ),
          traceId: fc
            .constantFrom('x-trace-id', 'server-timing')
            .map((responseHeader) => ({ responseHeader })),
          output: fc.constantFrom('filterState', 'header'),
          strict: fc.boolean(),
        },
        { requiredKeys: ['attributes'] },
      )
      .map(named),
  },
  { weight: 1, arbitrary: fc.constantFrom<Json[]>({}, { attributes: [] }) },
);

type Conditions = [attribute: number, values: string | string[]][];

interface Numbered {
  readonly attributes: readonly Attribute[];
  readonly sampling?: { readonly always: readonly Conditions[]; readonly header?: string };
  readonly debugWhen?: readonly { readonly when: Conditions; readonly logLevel?: string }[];
  readonly output?: string;
}

/** No two write the same: of a later attribute stays what nobody has written yet. */
function apart(attributes: readonly Attribute[]): Attribute[] {
  const written = new Set<string>();
  return attributes.map((attribute) => {
    const { to, ...fields } = attribute;
    const kept = Object.entries(to ?? {}).filter(([field, value]) => {
      const label = field === 'metric' ? fields.key.replaceAll(/[.-]/g, '_') : undefined;
      const name = label ?? (value === true ? fields.key : String(value).toLowerCase());
      const target = `${field} ${field === 'baggage' && value !== true ? value : name}`;
      if (value === false) return true;
      return !written.has(target) && written.add(target);
    });
    const isWritten = kept.some(([, value]) => value !== false);
    return isWritten ? { ...fields, to: Object.fromEntries(kept) } : fields;
  });
}

/** Conditions by number become such by key, of the attributes that the request has; fields that do not go together go. */
function named({ sampling, debugWhen, output, ...rest }: Numbered): Json {
  const responds = (attribute: Attribute): boolean =>
    attribute.from.some((source) =>
      /"(response|flags|duration|property":"(response|upstream)\.)/.test(JSON.stringify(source)),
    );
  const keys = rest.attributes.filter((attribute) => !responds(attribute)).map(({ key }) => key);
  const when = (conditions: Conditions): Json =>
    Object.fromEntries(conditions.map(([number, values]) => [keys[number % keys.length] ?? '', values]));
  const all = rest.attributes.length === keys.length;
  return {
    ...rest,
    attributes: apart(rest.attributes),
    ...(output !== undefined && (all || output !== 'header') && { output }),
    ...(sampling !== undefined &&
      keys.length > 0 && {
        sampling: { ...sampling, always: sampling.always.map((conditions) => ({ when: when(conditions) })) },
      }),
    ...(debugWhen !== undefined &&
      keys.length > 0 && {
        debugWhen: debugWhen.map(({ when: conditions, ...level }) => ({ ...level, when: when(conditions) })),
      }),
  } as object as Json;
}
