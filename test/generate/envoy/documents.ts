/** Any meshspan.yaml, over the sections that the target envoy reads: most of them valid, all of them odd. */
import fc from 'fast-check';

type Json = unknown;

/** Texts that something on the way could take for its own: formats, YAML, JSON, regular expressions, protobuf. */
const ODD = [
  ...['%', '%%', '%REQ(x)%', '100% blue', '%FILTER_STATE(a)%', '\\1', '.*', '$x', '{{ x }}', "it's"],
  ...['a: b', '# no comment', '- item', '*alias', '&anchor', '!!int 7', 'null', 'true', '0x10', '1e3', '~'],
  ...[
    ' ',
    'a\nb',
    'a\tb',
    '\u0000',
    '\u007f',
    '\u2028',
    'é',
    '日本',
    '🙂',
    '\ud800',
    '"',
    '\\',
    "'",
    '',
    '@type',
  ],
];
const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ODD),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ maxLength: 40 }),
);
/** What may stand on a span as an author's own word. */
const ownWord = text.filter((value) => /^[^\p{Cc}\p{Cs}"\\]+$/u.test(value));
const token = fc.oneof(
  fc.constantFrom('x-user-id', 'X-Tenant', 'cookie', 'authorization', 'traceparent', '!', '%', "'", '`|~'),
  fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
);
const dnsLabel = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const variable = fc.constantFrom('REGION', 'HASH_KEY', 'ZONE', '_x', 'UNSET');
const KEYS = [
  'user.id',
  'tenant.id',
  'cluster',
  'a',
  'A',
  'a-b',
  'a.b',
  '-',
  '.',
  '_',
  '__proto__',
  'id',
  'toString',
];
const key = fc.oneof(fc.constantFrom(...KEYS), fc.stringMatching(/^[A-Za-z0-9._-]{1,30}$/));

/** Fields of a record, each of which may be missing but those that are required. */
function some(fields: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[] = []): fc.Arbitrary<object> {
  return fc.record(fields, { requiredKeys });
}

const claim = fc.constantFrom<Json[]>('sub', 'aud.0', ['https://acme.example/tenant', '0']);
const requestSource: fc.Arbitrary<object> = fc.oneof(
  { weight: 4, arbitrary: token.map((header) => ({ header })) },
  ownWord.map((cookie) => ({ cookie })),
  ownWord.map((query) => ({ query })),
  ownWord.map((baggage) => ({ baggage })),
  fc.constantFrom('/tenants/{tenant}/**', '/*/{a}', '/%41/{ü}').map((path) => ({ path })),
  fc.constantFrom('namespace', 'serviceAccount', 'trustDomain').map((peer) => ({ peer })),
  ownWord.map((node) => ({ node })),
  { weight: 2, arbitrary: variable.map((env) => ({ env })) },
  { weight: 2, arbitrary: ownWord.map((literal) => ({ literal })) },
  fc.constantFrom(
    { property: 'xds.node.cluster' },
    { property: 'metadata.filter_metadata.a.b', type: 'number' },
  ),
  claim.map((jwt) => ({ jwt })),
  claim.map((jwt) => ({ jwt, unverified: true })),
);
const responseSource = fc.constantFrom<object[]>(
  ...[{ responseHeader: 'x-cache' }, { responseCode: true }, { flags: true }, { duration: true }],
);
const from = fc
  .tuple(fc.array(requestSource, { minLength: 1, maxLength: 3 }), fc.array(responseSource, { maxLength: 1 }))
  .map(([request, response]) => [...request, ...response]);

const attribute = fc.oneof(
  some({ key, from: requestSource.map((source) => [source]), default: ownWord }, ['key', 'from']),
  some(
    {
      ...{ key, from, default: ownWord, ambiguous: fc.constantFrom('reject', 'first') },
      maxLength: fc.integer({ min: 1, max: 4096 }),
      lowercase: fc.boolean(),
      pattern: fc.constantFrom('[a-z]+', '[^@]+@example\\.com', '\\d{2,4}'),
      allow: fc.array(text, { minLength: 1, maxLength: 4 }),
      maxDistinct: fc.integer({ min: 1, max: 4096 }),
      identity: fc.boolean(),
      mask: fc.integer({ min: 0, max: 64 }),
      to: some({ metric: fc.constantFrom(true), responseHeader: token }, ['metric']),
    },
    ['key', 'from'],
  ),
  some(
    {
      ...{ key, from: requestSource.map((source) => [source]) },
      hash: fc.record({ algorithm: fc.constant('hmac-sha256'), keyEnv: fc.constant('HASH_KEY') }),
    },
    ['key', 'from', 'hash'],
  ),
);

const template = fc.constantFrom(
  'GET /users/{id}',
  'POST /orders',
  '/files/**',
  '/*/{a}',
  'X-%! /%/{}'.replace('{}', '{b}'),
);
const environment = fc.record({
  HASH_KEY: fc.oneof(
    fc.constant({ fromProxy: true }),
    text.filter((value) => value !== ''),
  ),
  ...{
    REGION: text,
    ZONE: fc.constant({ fromProxy: true }),
    _x: fc.oneof(text, fc.constant({ fromProxy: true })),
  },
});

const host = fc.constantFrom(
  'app',
  '127.0.0.1',
  'app.shop.svc.cluster.local',
  '[::1]',
  'Ä.example',
  'a_b',
  '*',
);
const port = fc.oneof(fc.constantFrom(1, 80, 65_535), fc.integer({ min: 1, max: 65_535 }));
const address = fc.tuple(host, port).map(([name, number]) => `${name}:${number}`);
const listen = fc
  .tuple(fc.constantFrom('0.0.0.0', '127.0.0.1', '[::]', '[::1]'), fc.integer({ min: 0, max: 65_535 }))
  .map(([name, number]) => `${name}:${number}`);

const proxy = some({
  ...{ name: dnsLabel, listen, admin: listen },
  node: some({
    cluster: text.filter((value) => value !== ''),
    metadata: fc.dictionary(text, text, { maxKeys: 3 }),
  }),
  routes: fc.array(
    some({ prefix: text.map((rest) => `/${rest}`), service: dnsLabel, address }, ['service', 'address']),
    {
      ...{ minLength: 1, maxLength: 4 },
    },
  ),
});

const tracing = fc
  .tuple(
    fc.constantFrom('otlp', 'otlp+http', 'zipkin', 'datadog', 'skywalking'),
    fc.constantFrom('collector', '127.0.0.1', 'otel-collector.observability', 'ü', "it's", '%', '[', '"'),
    fc.option(port),
  )
  .map(([kind, name, number]) => `${kind}://${name}${number === null ? '' : `:${number}`}`);

interface Drawn {
  readonly attributes?: readonly { readonly key: string; readonly from: readonly { header?: string }[] }[];
}

/** Attributes that may be filter.native; not all may, so that this rule of meshspan.yaml is met too. */
function copyable({ attributes = [] }: Drawn): string[] {
  const plain = attributes.filter(({ key: _, from, ...rest }) => {
    const rules = Object.keys(rest).filter((name) => name !== 'default');
    return rules.length === 0 && from.length === 1 && from[0]?.header !== undefined;
  });
  return plain.map(({ key }) => key);
}

/** Conditions are on attributes that are there. */
function when({ attributes }: Drawn): fc.Arbitrary<object> {
  const keys = attributes?.map(({ key }) => key) ?? ['tenant.id'];
  const value = text.filter((word) => word !== '');
  return fc.dictionary(fc.constantFrom(...keys), value, { minKeys: 1, maxKeys: 2 });
}

const root = some({
  name: dnsLabel,
  environment: fc.constantFrom('development', 'staging', 'production'),
  attributes: fc.uniqueArray(attribute, {
    selector: (fields) => (fields as { key: string }).key,
    maxLength: 6,
  }),
  trust: fc.constantFrom({ identity: 'edge' }, { identity: 'mesh', peers: ['spiffe://*/ns/shop/**'] }),
  spanName: fc.uniqueArray(template, { minLength: 1, maxLength: 5 }),
  traceId: fc.record({ responseHeader: fc.constantFrom('x-trace-id', 'server-timing') }),
  strict: fc.boolean(),
  propagation: fc.uniqueArray(fc.constantFrom('w3c', 'b3', 'b3multi'), { minLength: 1 }),
  envoy: fc.array(proxy, { minLength: 1, maxLength: 2 }),
  backends: some({ tracing, logs: fc.constantFrom('stdout', 'otlp', 'loki', 'elasticsearch://logs:9200') }),
  logs: some({ only: fc.constantFrom('all', 'errors') }),
});

/** The document as a value; JSON of it is its YAML. */
export const document: fc.Arbitrary<object> = root.chain((fields) => {
  const drawn = fields as Drawn;
  const isEmpty = drawn.attributes?.length === 0;
  const hundredths = fc.integer({ min: 0, max: 10_000 }).map((count) => count / 100);
  const percent = fc.oneof(fc.constantFrom(0, 0.01, 0.29, 99.99, 100), hundredths);
  const rules = isEmpty
    ? {}
    : { always: fc.array(fc.record({ when: when(drawn) }), { minLength: 1, maxLength: 3 }) };
  return some(
    {
      sampling: some({ percent, header: token, ...rules }, ['percent']),
      ...(isEmpty
        ? {}
        : { debugWhen: fc.array(fc.record({ when: when(drawn) }), { minLength: 1, maxLength: 2 }) }),
      filter: some(
        {
          env: environment,
          native: fc.subarray(copyable(drawn)),
          path: text.filter((value) => value !== ''),
        },
        ['env'],
      ),
    },
    ['filter'],
  ).map((rest) => ({ ...fields, ...rest }));
});
