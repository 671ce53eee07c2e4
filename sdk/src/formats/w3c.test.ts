import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent, parseTracestate } from './w3c.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

/** What is sent on for a traceparent that came in; undefined where it is dropped. */
function forwarded(value: string): string | undefined {
  const trace = parseTraceparent(value);
  return trace && formatTraceparent(trace);
}

// Section numbers are those of https://www.w3.org/TR/trace-context-2/.
describe('traceparent that is sent on', () => {
  it.each([
    ['§3.2.2.5 sampled', `00-${TRACE}-${SPAN}-01`, '01'],
    ['§3.2.2.5 not sampled', `00-${TRACE}-${SPAN}-00`, '00'],
    ['level 2 §3.2.2.5.2 the random flag is kept', `00-${TRACE}-${SPAN}-02`, '02'],
    ['level 2 §3.2.2.5.2 random and sampled', `00-${TRACE}-${SPAN}-03`, '03'],
    ['§3.2.2.5.3 other flags go out as 0', `00-${TRACE}-${SPAN}-fd`, '01'],
    ['§3.2.2.5.3 all flags', `00-${TRACE}-${SPAN}-ff`, '03'],
    ['§3.2.4 a higher version of the same length', `01-${TRACE}-${SPAN}-01`, '01'],
    ['§3.2.4 a higher version with more behind a dash', `cc-${TRACE}-${SPAN}-01-what-the-future`, '01'],
    ['§3.2.4 a higher version with a dash and nothing', `cc-${TRACE}-${SPAN}-01-`, '01'],
    ['§3.2.4 the highest version', `fe-${TRACE}-${SPAN}-00`, '00'],
  ])('%s', (_rule, value, flags) => {
    expect(forwarded(value)).toBe(`00-${TRACE}-${SPAN}-${flags}`);
  });
});

describe('traceparent that restarts the trace', () => {
  it.each([
    ['empty', ''],
    ['§3.2.2.1 version ff', `ff-${TRACE}-${SPAN}-01`],
    ['§3.2.2.1 version not hexadecimal', `0x-${TRACE}-${SPAN}-01`],
    ['§3.2.2.1 version in capitals', `CC-${TRACE}-${SPAN}-01`],
    ['§3.2.2.1 version too short', `0-${TRACE}-${SPAN}-01`],
    ['§3.2.2.1 version too long', `000-${TRACE}-${SPAN}-01`],
    ['§3.2.2.3 trace id of zeroes', `00-${ZERO_TRACE}-${SPAN}-01`],
    ['§3.2.2.3 trace id in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['§3.2.2.3 trace id not hexadecimal', `00-${TRACE.replace('c', 'g')}-${SPAN}-01`],
    ['§3.2.2.3 trace id too short', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['§3.2.2.3 trace id too long', `00-${TRACE}a-${SPAN}-01`],
    ['§3.2.2.4 parent id of zeroes', `00-${TRACE}-${ZERO_SPAN}-01`],
    ['§3.2.2.4 parent id in capitals', `00-${TRACE}-${SPAN.toUpperCase()}-01`],
    ['§3.2.2.4 parent id not hexadecimal', `00-${TRACE}-${SPAN.slice(1)}.-01`],
    ['§3.2.2.4 parent id too short', `00-${TRACE}-${SPAN.slice(1)}-01`],
    ['§3.2.2.4 parent id too long', `00-${TRACE}-${SPAN}b-01`],
    ['§3.2.2.5 flags in capitals', `00-${TRACE}-${SPAN}-0F`],
    ['§3.2.2.5 flags not hexadecimal', `00-${TRACE}-${SPAN}-0x`],
    ['§3.2.2.5 flags too short', `00-${TRACE}-${SPAN}-1`],
    ['§3.2.2.5 flags too long', `00-${TRACE}-${SPAN}-001`],
    ['§3.2.4 version 00 with more behind a dash', `00-${TRACE}-${SPAN}-01-more`],
    ['§3.2.4 a higher version with more and no dash', `cc-${TRACE}-${SPAN}-01.more`],
    ['§3.2.2 another separator', `00_${TRACE}_${SPAN}_01`],
    ['§3.2.2 white space around', ` 00-${TRACE}-${SPAN}-01`],
    ['§3.2.1 two headers, as Node joins them', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['§3.2.1 two headers of a higher version', `cc-${TRACE}-${SPAN}-01, cc-${TRACE}-${SPAN}-01`],
    ['not latin1', `00-${TRACE.slice(1)}\u0130-${SPAN}-01`],
  ])('%s', (_rule, value) => {
    expect(forwarded(value)).toBeUndefined();
  });
});

it('pads a 64-bit id of B3 with zeroes on the left, as the section on shorter identifiers says', () => {
  const trace = {
    traceId: SPAN,
    spanId: SPAN,
    parentSpanId: undefined,
    random: false,
    traceState: undefined,
  };
  expect(formatTraceparent({ ...trace, sampling: 'debug' })).toBe(`00-${ZERO_SPAN}${SPAN}-${SPAN}-01`);
  expect(formatTraceparent({ ...trace, sampling: 'defer' })).toBe(`00-${ZERO_SPAN}${SPAN}-${SPAN}-00`);
});

function members(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(',');
}

describe('tracestate that is sent on as it came', () => {
  it.each([
    ['§3.3.1.2 one member', 'foo=1'],
    ['§3.3.1.2 members in order', 'foo=1,bar=2,baz=3'],
    ['§3.3.1.1 white space and tabs around members', 'foo=1 \t , \t bar=2, \t baz=3'],
    ['§3.3.1.1 empty members', 'foo=1,,,bar=2,'],
    ['§3.3.1.1 white space at both ends', ' foo=1 '],
    ['§3.3.1.1 32 members', members(32)],
    ['§3.3.1.1 32 members and empty ones, which do not count', `${members(32)},, ,`],
    ['§3.3.1.1 several headers, as Node joins them', 'foo=1, bar=2'],
    ['§3.3.1.3.1 key of all characters', 'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1'],
    ['§3.3.1.3.1 level 1 tenant and system', 'fw529a3039@dt=FfAAAA'],
    ['level 2 §3.3.1.3.1 key that starts with a digit', '1a=1'],
    ['level 2 §3.3.1.3.1 at signs anywhere but first', 'a@b@c=1'],
    ['§3.3.1.3.1 key of 256 characters', `${'a'.repeat(256)}=1`],
    ['§3.3.1.3.2 value of 256 characters', `a=${'v'.repeat(256)}`],
    ['§3.3.1.3.2 value with blanks inside and in front', 'a=  b c'],
    ['§3.3.1.3.2 value of all marks', 'a=!"#$%&\'()*+-./:;<>?@[\\]^_`{|}~'],
    ["§3.3.1.3 a repeated key is the vendor's affair", 'foo=1,foo=2'],
  ])('%s', (_rule, value) => {
    expect(parseTracestate(value)).toBe(value);
  });
});

describe('tracestate that is dropped whole', () => {
  it.each([
    ['§3.3.1.1 33 members', members(33)],
    ['more padding than 32 members could need', `a=1${','.repeat(20_000)}`],
    ['§3.3.1.3 member without a value', 'foo=1,bar'],
    ['§3.3.1.3 equals sign alone', '='],
    ['§3.3.1.3 no key', '=1'],
    ['§3.3.1.3.1 blank before the equals sign', 'foo =1'],
    ['§3.3.1.3.1 capital in a key', 'FOO=1'],
    ['§3.3.1.3.1 key that starts with a mark', '_foo=1'],
    ['§3.3.1.3.1 key that starts with an at sign', '@foo=1'],
    ['§3.3.1.3.1 other mark in a key', 'foo.bar=1'],
    ['§3.3.1.3.1 key of 257 characters', `${'a'.repeat(257)}=1`],
    ['§3.3.1.3.2 empty value', 'foo='],
    ['§3.3.1.3.2 value of blanks alone', 'foo=  ,bar=1'],
    ['§3.3.1.3.2 equals sign in a value', 'foo=bar=baz'],
    ['§3.3.1.3.2 tab inside a value', 'foo=a\tb'],
    ['§3.3.1.3.2 control character in a value', 'foo=a\x01'],
    ['§3.3.1.3.2 delete character in a value', 'foo=a\x7f'],
    ['§3.3.1.3.2 byte above ASCII in a value', 'foo=caf\xe9'],
    ['§3.3.1.3.2 value of 257 characters', `foo=${'v'.repeat(257)}`],
    ['one bad member among good ones', 'foo=1,b ar=2,baz=3'],
    ['no member at all', ', ,\t'],
    ['empty', ''],
  ])('%s', (_rule, value) => {
    expect(parseTracestate(value)).toBeUndefined();
  });
});
