import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exchange, startFilter } from '../filter.ts';

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url');
const token = (payload: string | Uint8Array): string =>
  `${base64('{"alg":"RS256"}')}.${base64(payload)}.c2lnbmF0dXJl`;

/** The value of a claim in a bearer token; undefined for none. */
function unverified(jwt: string | string[], authorization: string | Uint8Array): string | undefined {
  const filter = startFilter({
    attributes: [{ key: 'k', from: [{ jwt, unverified: true }], maxLength: 4096 }],
  });
  return exchange(filter, { headers: [['authorization', authorization]] }).attributes.k;
}
const claim = (jwt: string | string[], payload: string | Uint8Array): string | undefined =>
  unverified(jwt, `Bearer ${token(payload)}`);

describe('a claim of an unverified token', () => {
  test.each<[jwt: string | string[], payload: string, expected: string | undefined]>([
    ['sub', '{"sub":"alice"}', 'alice'],
    ['sub', ' {\t"iss" :"x",\r\n"sub": "alice" } ', 'alice'],
    ['realm_access.roles.1', '{"realm_access":{"roles":["a","b","c"]}}', 'b'],
    ['aud.0', '{"aud":["one"]}', 'one'],
    ['aud.1', '{"aud":["one"]}', undefined],
    ['aud.0', '{"aud":"one"}', undefined],
    ['0', '{"0":"a name, not an index"}', 'a name, not an index'],
    ['a.00', '{"a":["x"]}', 'x'],
    ['a.0.1', '{"a":[["x","y"]]}', 'y'],
    ['a.-1', '{"a":["x"]}', undefined],
    ['a.9999999', '{"a":["x"]}', undefined],
    [['https://x/claim.with.dots', 'a'], '{"https://x/claim.with.dots":{"a":"v"}}', 'v'],
    ['https://x/claim', '{"https://x/claim":"v"}', 'v'],
    ['n', '{"n":42}', '42'],
    ['n', '{"n":-1.50e+3}', '-1.50e+3'],
    ['n', '{"n":12345678901234567890}', '12345678901234567890'],
    ['b', '{"b":true}', 'true'],
    ['b', '{"b":false}', 'false'],
    ['b', '{"b":null}', undefined],
    ['o', '{"o":{"p":"q"}}', undefined],
    ['o', '{"o":[]}', undefined],
    ['s', '{"s":""}', undefined],
    ['sub.x', '{"sub":"alice"}', undefined],
    ['other', '{"sub":"alice"}', undefined],
    ['sub', '{"nested":{"sub":"wrong"},"sub":"right"}', 'right'],
    ['sub', '{"text":"\\"sub\\":\\"wrong\\"","sub":"right"}', 'right'],
    // As ECMAScript's JSON.parse: what a library that reads it by itself takes.
    ['sub', '{"sub":"first","sub":"last"}', 'last'],
    ['sub', '{"\\u0073ub":"escaped name"}', 'escaped name'],
    ['e', '{"e":"a\\/b\\u00e9\\u20ac"}', 'a/bé€'],
    ['e', '{"e":"\\ud83d\\ude00!"}', '😀!'],
    ['e', '{"e":"\\uD83D\\uDE00"}', '😀'],
    ['e', '{"e":"q\\"b\\\\"}', "q'b/"],
    ['e', '{"e":"a\\nb\\tc"}', 'a\ufffdb\ufffdc'],
    ['e', '{"e":"é€😀"}', 'é€😀'],
    // Halves of a surrogate pair are no character (RFC 8259, section 8.2).
    ['e', '{"e":"\\ud83d"}', undefined],
    ['e', '{"e":"\\ude00"}', undefined],
    ['e', '{"e":"\\ud83dx"}', undefined],
    ['e', '{"e":"\\uzzzz"}', undefined],
    ['e', '{"e":"\\u12"}', undefined],
  ])('%j of %s: %s', (jwt, payload, expected) => {
    expect(claim(jwt, payload)).toBe(expected);
  });

  test.each([
    ['no token', 'Bearer '],
    ['no scheme', token('{"sub":"a"}')],
    ['another scheme', `Basic ${token('{"sub":"a"}')}`],
    ['no second dot', `Bearer ${base64('{}')}.${base64('{"sub":"a"}')}`],
    ['no dot at all', `Bearer ${base64('{"sub":"a"}')}`],
    ['an empty payload', 'Bearer a..b'],
    ['base64 with padding', `Bearer a.${Buffer.from('{"sub":"ab"}').toString('base64')}=.b`],
    ['a letter of base64 that base64url has not', 'Bearer a.eyJ+.b'],
    ['blanks inside', `Bearer a.${base64('{"sub":"a"}')} .b`],
    ['a list', `Bearer ${token('["sub","a"]')}`],
    ['a text', `Bearer ${token('"sub"')}`],
    ['a number', `Bearer ${token('1')}`],
    ['nothing', `Bearer ${token(' ')}`],
    ['an object that does not end in a name', `Bearer ${token('{"sub')}`],
    ['nor in a text', `Bearer ${token('{"sub":"a')}`],
    ['nor behind a backslash', `Bearer ${token('{"sub":"a\\')}`],
    ['no colon', `Bearer ${token('{"sub" "a"}')}`],
    ['10,000 levels', `Bearer ${token('{"sub":'.repeat(10_000))}`],
    ['10,000 lists', `Bearer ${token(`{"a":${'['.repeat(10_000)}`)}`],
    ['40,000 names', `Bearer ${token(`{${'"\\u0061":1,'.repeat(40_000)}"b":1}`)}`],
    [
      'what is no UTF-8 in a name',
      `Bearer ${token(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))}`,
    ],
  ])('of a token that is none or has none: %s', (_name, authorization) => {
    expect(unverified('sub', authorization)).toBeUndefined();
  });

  test.each(['bearer', 'BEARER', 'Bearer'])('scheme %s', (scheme) => {
    expect(unverified('sub', `${scheme} ${token('{"sub":"a"}')}`)).toBe('a');
  });

  test('any claim of any JSON: what JSON.parse says', () => {
    const names = fc.constantFrom('a', 'b', 'é', '"', '\\', '0');
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme', maxLength: 6 }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('json'), { maxLength: 3 }),
        fc.dictionary(names, tie('json'), { maxKeys: 3 }),
      ),
    }));
    const filter = startFilter({
      attributes: ['a', 'b', 'a.0', 'a.b', 'b.1.a', '0', 'é.a'].map((jwt, i) => ({
        key: `k${i}`,
        from: [{ jwt, unverified: true }],
      })),
    });
    const property = fc.property(
      fc.dictionary(names, json, { maxKeys: 4 }),
      fc.nat({ max: 3 }),
      (payload, indent) => {
        const headers: [string, string][] = [
          ['authorization', `Bearer ${token(JSON.stringify(payload, null, indent))}`],
        ];
        const { attributes } = exchange(filter, { headers });
        for (const [i, path] of ['a', 'b', 'a.0', 'a.b', 'b.1.a', '0', 'é.a'].entries()) {
          expect(attributes[`k${i}`], path).toBe(valueAt(payload, path.split('.')));
        }
      },
    );
    fc.assert(property, { numRuns: 2000 });
  });
});

/** What a claim is by the platform's JSON, made safe as a header's value is. */
function valueAt(payload: unknown, path: readonly string[]): string | undefined {
  let value = payload;
  for (const part of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  if (value === '' || value === null || typeof value === 'object') return undefined;
  return String(value)
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/\p{Cc}/gu, '\ufffd');
}

describe('a claim that jwt_authn has verified', () => {
  const jwtAuthn = (payloads: object) => ({
    metadata: { filter_metadata: { 'envoy.filters.http.jwt_authn': payloads } },
  });
  const read = (source: object, payloads: object): string | undefined =>
    exchange(startFilter({ attributes: [{ key: 'k', from: [source] }] }), {
      properties: jwtAuthn(payloads) as never,
    }).attributes.k;
  /** Numbers in metadata are doubles. */
  const double = (value: number): Uint8Array => new Uint8Array(Float64Array.of(value).buffer);

  test.each<[source: object, payloads: object, expected: string | undefined]>([
    [{ jwt: 'sub' }, { payload: { sub: 'alice' } }, 'alice'],
    [{ jwt: 'realm.role' }, { payload: { realm: { role: 'admin' } } }, 'admin'],
    [{ jwt: ['https://x/a.b'] }, { payload: { 'https://x/a.b': 'v' } }, 'v'],
    [{ jwt: 'sub', payloadInMetadata: 'google' }, { payload: { sub: 'no' }, google: { sub: 'yes' } }, 'yes'],
    [{ jwt: 'exp', type: 'number' }, { payload: { exp: double(1_700_000_000) } }, '1700000000'],
    [{ jwt: 'admin', type: 'boolean' }, { payload: { admin: true } }, 'true'],
    [{ jwt: 'exp', type: 'number' }, { payload: { exp: 'text' } }, undefined],
    [{ jwt: 'sub' }, { payload: { sub: '' } }, undefined],
    [{ jwt: 'sub' }, { payload: { sub: Uint8Array.of(0xff) } }, undefined],
    [{ jwt: 'sub' }, { google: { sub: 'alice' } }, undefined],
    [{ jwt: 'sub.x' }, { payload: { sub: 'alice' } }, undefined],
    [{ jwt: 'sub' }, {}, undefined],
  ])('%j of %j', (source, payloads, expected) => {
    expect(read(source, payloads)).toBe(expected);
  });
});
