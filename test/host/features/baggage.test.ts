import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counters, exchange, type Filter, startFilter } from '../filter.ts';

/** W3C Baggage, section 3.3.2. */
const MOST_MEMBERS = 64;
const MOST_BYTES = 8192;

const start = (to: object = { baggage: true }): Filter =>
  startFilter({ attributes: [{ key: 'k', from: [{ header: 'h' }], maxLength: 4096, to }] });
const member = (value: string | undefined, ...baggage: string[]): string | undefined =>
  sent(start(), value, baggage);

/** The baggage that goes on to the upstream. */
function sent(filter: Filter, value: string | undefined, baggage: readonly string[]): string | undefined {
  const headers: [string, string][] = baggage.map((text) => ['baggage', text]);
  if (value !== undefined) headers.push(['h', value]);
  const { request } = exchange(filter, { headers });
  const values = request.filter(([name]) => name === 'baggage').map(([, text]) => text);
  expect(values.length).toBeLessThanOrEqual(1);
  return values[0];
}

describe('a member of baggage', () => {
  test.each<[what: string, value: string | undefined, baggage: string[], expected: string | undefined]>([
    ['no baggage yet', 'v', [], 'k=v'],
    ['others in front', 'v', ['a=1,b=2'], 'a=1,b=2,k=v'],
    ['its own replaced', 'v', ['k=old,a=1'], 'a=1,k=v'],
    ['its own with properties', 'v', ['k=old;ttl=5, a=1;p'], ' a=1;p,k=v'],
    ['its own among blanks', 'v', ['a=1 , k = old ,b=2'], 'a=1 ,b=2,k=v'],
    ['its own twice', 'v', ['k=1,a=1,k=2'], 'a=1,k=v'],
    ['case counts', 'v', ['K=1'], 'K=1,k=v'],
    ['no value: removed', undefined, ['a=1,k=old'], 'a=1'],
    ['no value, nothing left: no header', undefined, ['k=old'], undefined],
    ['no value, none there', undefined, ['a=1'], 'a=1'],
    ['nothing at all', undefined, [], undefined],
    ['several headers become one', 'v', ['a=1', 'b=2,k=0'], 'a=1,b=2,k=v'],
    ['empty members', 'v', ['a=1,, ,b=2,'], 'a=1,b=2,k=v'],
    ['what has no value', 'v', ['a,k,b'], 'a,b,k=v'],
    ['encoded (section 3.3.1.3)', 'a b,c;d%e', [], 'k=a%20b%2Cc%3Bd%25e'],
    ['not ASCII', 'é😀', [], 'k=%C3%A9%F0%9F%98%80'],
    ['what need not be encoded', "!#$&'()*+-./:<=>?@[]^_`{|}~", [], "k=!#$&'()*+-./:<=>?@[]^_`{|}~"],
  ])('%s', (_what, value, baggage, expected) => {
    expect(member(value, ...baggage)).toBe(expected);
  });

  test('under another name', () => {
    expect(sent(start({ baggage: 'user' }), 'v', ['k=1,user=2'])).toBe('k=1,user=v');
  });

  test('that is there already leaves the route alone', () => {
    const headers: [string, string][] = [
      ['baggage', 'a=1,k=v'],
      ['h', 'v'],
    ];
    expect(exchange(start(), { headers }).routeCleared).toBe(false);
    expect(exchange(start(), { headers: [['baggage', 'a=1']] }).routeCleared).toBe(false);
    expect(
      exchange(start(), {
        headers: [
          ['baggage', 'k=v,a=1'],
          ['h', 'v'],
        ],
      }).routeCleared,
    ).toBe(true);
  });

  test('of two attributes: each has its own', () => {
    const attributes = ['a', 'b'].map((key) => ({ key, from: [{ header: key }], to: { baggage: true } }));
    const { request } = exchange(startFilter({ attributes }), {
      headers: [
        ['a', '1'],
        ['baggage', 'b=0,c=3'],
      ],
    });
    expect(request).toContainEqual(['baggage', 'c=3,a=1']);
  });

  test('that is read and written: what goes on is what was read, governed', () => {
    const attributes = [{ key: 'k', from: [{ baggage: 'u' }], lowercase: true, to: { baggage: 'u' } }];
    const filter = startFilter({ attributes });
    expect(exchange(filter, { headers: [['baggage', 'u=A%20B;p']] }).request).toEqual([
      ['baggage', 'u=a%20b'],
    ]);
  });
});

describe('the bounds of baggage', () => {
  const others = (count: number): string => Array.from({ length: count }, (_, i) => `m${i}=1`).join(',');

  test.each([
    [MOST_MEMBERS - 1, true],
    [MOST_MEMBERS, false],
    [MOST_MEMBERS + 10, false],
  ])('%i other members: added %s', (count, isAdded) => {
    const filter = start();
    expect(sent(filter, 'v', [others(count)])).toBe(others(count) + (isAdded ? ',k=v' : ''));
    expect(counters(filter).overflow ?? 0).toBe(isAdded ? 0 : 1);
  });

  test.each([
    [MOST_BYTES - ',k=v'.length, true],
    [MOST_BYTES - ',k=v'.length + 1, false],
    [MOST_BYTES + 1000, false],
  ])('%i bytes of others: added %s', (size, isAdded) => {
    const filter = start();
    const other = `m=${'x'.repeat(size - 2)}`;
    expect(sent(filter, 'v', [other])).toBe(other + (isAdded ? ',k=v' : ''));
    expect(counters(filter).overflow ?? 0).toBe(isAdded ? 0 : 1);
  });

  test.each([
    [4096, 'x', true],
    [2730, '"', true],
    [2731, ' ', false],
  ])('a value of %i times %j: added %s', (count, character, isAdded) => {
    const filter = start();
    const encoded = sent(filter, character.repeat(count), []);
    expect(encoded !== undefined).toBe(isAdded);
    expect(counters(filter).overflow ?? 0).toBe(isAdded ? 0 : 1);
    // A quote is made safe, and then need not be encoded.
    if (isAdded)
      expect(decodeURIComponent(encoded ?? '')).toBe(`k=${character.replace('"', "'").repeat(count)}`);
  });

  test('an own member that was there goes, also when the new one does not fit', () => {
    expect(sent(start(), ' '.repeat(2731), ['k=old,a=1'])).toBe('a=1');
  });
});

/** What the header is to be, said again and simply. */
function expected(baggage: readonly string[], value: string | undefined): string | undefined {
  const kept = baggage
    .join(',')
    .split(',')
    .filter(
      (text) => /[^ \t]/.test(text) && text.replace(/[=;].*$/s, '').replace(/^[ \t]+|[ \t]+$/g, '') !== 'k',
    );
  const encoded = value === undefined ? undefined : `k=${[...Buffer.from(value)].map(encodeByte).join('')}`;
  const fits =
    encoded !== undefined && kept.length < MOST_MEMBERS && [...kept, encoded].join(',').length <= MOST_BYTES;
  const members = fits ? [...kept, encoded] : kept;
  return members.length === 0 ? undefined : members.join(',');
}

function encodeByte(byte: number): string {
  const isPlain = byte > 0x20 && byte < 0x7f && !'",;\\%'.includes(String.fromCharCode(byte));
  return isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

test('any baggage and any value', () => {
  const piece = fc.constantFrom(
    'k',
    'a',
    '=',
    '=',
    ',',
    ',',
    ';',
    ' ',
    '\t',
    '%41',
    'k=1',
    ',k=2;p,',
    'é',
    'x'.repeat(200),
  );
  const baggage = fc.array(
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    { maxLength: 3 },
  );
  const value = fc.option(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/[\p{Cc}"\\]/u.test(text)),
    { nil: undefined },
  );
  const filter = start();
  const property = fc.property(baggage, value, (given, text) => {
    const filled = given.filter((header) => header !== '');
    const result = sent(filter, text, filled);
    const wanted = expected(filled, text);
    // Where nothing of ours is to be said or taken away, others' blanks and empty members stay.
    if (result !== wanted) expect([text, result]).toEqual([undefined, filled.join(',')]);
  });
  fc.assert(property, { numRuns: 3000 });
});

test('has its place beside as many headers as there can be', () => {
  const from = Array.from({ length: 255 }, (_, i) => ({ header: `x-${i}` }));
  const filter = startFilter({
    attributes: [
      { key: 'many', from },
      { key: 'k', from: [{ literal: 'v' }], to: { baggage: true } },
    ],
  });
  expect(sent(filter, undefined, ['a=1', 'b=2'])).toBe('a=1,b=2,k=v');
});
