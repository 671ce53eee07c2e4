import { assert, oneof, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_BYTES, MAX_MEMBERS, parseBaggage } from './baggage.ts';

function members(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
}

// Rules are those of https://www.w3.org/TR/baggage/.
describe('baggage that is sent on', () => {
  it.each([
    ['one member', 'user.id=ada', 'user.id=ada'],
    ['members in order', 'a=1,b=2,c=3', 'a=1,b=2,c=3'],
    ['white space around members', ' a=1 ,\tb=2 ', 'a=1,b=2'],
    ['white space around the equals sign', 'a = 1', 'a = 1'],
    ['an empty value', 'a=', 'a='],
    ['an equals sign in a value', 'a=b=c', 'a=b=c'],
    ['percent-encoding as it came', 'a=%C3%A9%2c%zz', 'a=%C3%A9%2c%zz'],
    ['properties as they came', 'a=1;ttl=30 ; "opaque\\" x', 'a=1;ttl=30 ; "opaque\\" x'],
    ['a key of all marks', "!#$%&'*+-.^_`|~Az09=1", "!#$%&'*+-.^_`|~Az09=1"],
    ['a repeated key', 'a=1,a=2', 'a=1,a=2'],
    ['empty members left out', ',a=1,, ,b=2,', 'a=1,b=2'],
    ['64 members', members(64), members(64)],
    ['64 of 65 members', members(65), members(64)],
    ['8,192 bytes', `a=${'v'.repeat(8190)}`, `a=${'v'.repeat(8190)}`],
    ['what stands before endless padding', `a=1${','.repeat(1_000_000)}b=2`, 'a=1'],
    ['what fits beside a member that does not', `a=1,b=${'v'.repeat(8190)},c=3`, 'a=1,c=3'],
    ['good members beside a malformed one', 'a=1,b c=2,d=3', 'a=1,d=3'],
  ])('%s', (_rule, value, expected) => {
    expect(parseBaggage(value)).toBe(expected);
  });
});

describe('baggage that is dropped', () => {
  it.each([
    ['empty', ''],
    ['no member', ' , ,'],
    ['a key alone', 'a'],
    ['no key', '=1'],
    ['a blank in a key', 'a b=1'],
    ['a bracket in a key', 'a(=1'],
    ['a blank in a value', 'a=1 2'],
    ['a quote in a value', 'a="1"'],
    ['a backslash in a value', 'a=\\'],
    ['a byte above ASCII in a value', 'a=\xe9'],
    ['a byte above ASCII in a property', 'a=1;\xe9'],
    ['a control character', 'a=1;\x00'],
    ['a line break', 'a=1\r\nx: y'],
    ['8,193 bytes', `a=${'v'.repeat(8191)}`],
  ])('%s', (_rule, value) => {
    expect(parseBaggage(value)).toBeUndefined();
  });
});

it('keeps its bounds and its form, whatever comes', { timeout: 60_000 }, () => {
  const unit = oneof(string({ unit: 'binary', maxLength: 2 }), string({ maxLength: 3 }));
  const text = string({
    unit: oneof(unit, string({ unit: 'grapheme-ascii', maxLength: 4 })),
    maxLength: 400,
  });
  const bounded = property(text, (value) => {
    const sent = parseBaggage(value);
    if (sent === undefined) return true;
    const fits = sent.length <= MAX_BYTES && sent.split(',').length <= MAX_MEMBERS;
    return fits && /^[\t\x20-\x7e]+$/.test(sent) && parseBaggage(sent) === sent;
  });
  assert(bounded, { numRuns: 20_000 });
});
