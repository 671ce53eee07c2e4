import { describe, expect, it } from 'vitest';
import { appendB3Multi, type B3MultiHeaders, formatB3Single, parseB3Multi, parseB3Single } from './b3.ts';

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7';
const SHORT = '64fe8b2a57d3eff7';
const SPAN = 'e457b5a2e4d86bd1';
const PARENT = '05e3ac9a4f6e3b90';
const ZERO = '0'.repeat(16);

// Rules are those of https://github.com/openzipkin/b3-propagation.
describe('b3 that is sent on as it came', () => {
  it.each([
    ['accept', `${TRACE}-${SPAN}-1`, 'accept'],
    ['deny', `${TRACE}-${SPAN}-0`, 'deny'],
    ['debug', `${TRACE}-${SPAN}-d`, 'debug'],
    ['defer is the absence of a state', `${TRACE}-${SPAN}`, 'defer'],
    ['with a parent', `${TRACE}-${SPAN}-1-${PARENT}`, 'accept'],
    ['debug with a parent', `${TRACE}-${SPAN}-d-${PARENT}`, 'debug'],
    ['defer with a parent', `${TRACE}-${SPAN}-${PARENT}`, 'defer'],
    ['64-bit trace id stays one', `${SHORT}-${SPAN}-1`, 'accept'],
    ['64-bit trace id with a parent', `${SHORT}-${SPAN}-0-${PARENT}`, 'deny'],
    ['64-bit trace id, defer', `${SHORT}-${SPAN}`, 'defer'],
    ['128-bit trace id whose high half is zero', `${ZERO}${SHORT}-${SPAN}-1`, 'accept'],
  ])('%s', (_rule, value, sampling) => {
    const trace = parseB3Single(value);
    expect(trace).toMatchObject({ sampling });
    expect(trace && formatB3Single(trace)).toBe(value);
  });

  it.each([
    ['1', 'accept'],
    ['0', 'deny'],
    ['d', 'debug'],
  ])('state %s without ids', (value, state) => {
    expect(parseB3Single(value)).toBe(state);
    expect(formatB3Single(state as 'accept')).toBe(value);
  });
});

describe('b3 that is refused', () => {
  it.each([
    ['empty', ''],
    ['unknown state alone', 'x'],
    ['debug in a capital', 'D'],
    ['two characters', '10'],
    ['trace id alone', TRACE],
    ['trace id and a dash', `${TRACE}-`],
    ['trace id in capitals', `${TRACE.toUpperCase()}-${SPAN}-1`],
    ['trace id of zeroes', `${ZERO}${ZERO}-${SPAN}-1`],
    ['64-bit trace id of zeroes', `${ZERO}-${SPAN}-1`],
    ['trace id of 31', `${TRACE.slice(1)}-${SPAN}-1`],
    ['trace id of 33', `${TRACE}0-${SPAN}-1`],
    ['trace id of 15', `${SHORT.slice(1)}-${SPAN}-1`],
    ['span id in capitals', `${TRACE}-${SPAN.toUpperCase()}-1`],
    ['span id of zeroes', `${TRACE}-${ZERO}-1`],
    ['span id of 15', `${TRACE}-${SPAN.slice(1)}-1`],
    ['span id of 17', `${TRACE}-${SPAN}0-1`],
    ['span id of 15 and nothing', `${TRACE}-${SPAN.slice(1)}`],
    ['unknown state', `${TRACE}-${SPAN}-x`],
    ['empty state', `${TRACE}-${SPAN}-`],
    ['empty state before a parent', `${TRACE}-${SPAN}--${PARENT}`],
    ['state of two', `${TRACE}-${SPAN}-11`],
    ['empty parent', `${TRACE}-${SPAN}-1-`],
    ['parent of zeroes', `${TRACE}-${SPAN}-1-${ZERO}`],
    ['parent of 15', `${TRACE}-${SPAN}-1-${PARENT.slice(1)}`],
    ['parent of 17', `${TRACE}-${SPAN}-1-${PARENT}0`],
    ['parent in capitals', `${TRACE}-${SPAN}-1-${PARENT.toUpperCase()}`],
    ['more behind the parent', `${TRACE}-${SPAN}-1-${PARENT}-1`],
    ['two headers, as Node joins them', `${TRACE}-${SPAN}-1, ${TRACE}-${SPAN}-1`],
    ['two states, as Node joins them', '1, 0'],
  ])('%s', (_rule, value) => {
    expect(parseB3Single(value)).toBeUndefined();
  });
});

const ABSENT: B3MultiHeaders = {
  traceId: undefined,
  spanId: undefined,
  parentSpanId: undefined,
  sampled: undefined,
  flags: undefined,
};
const IDS: B3MultiHeaders = { ...ABSENT, traceId: TRACE, spanId: SPAN };

/** What is sent on for the five headers, by their short names. */
function forwarded(headers: Partial<B3MultiHeaders>): Record<string, string> | undefined {
  const parsed = parseB3Multi({ ...ABSENT, ...headers });
  if (parsed === undefined) return undefined;
  const list: string[] = [];
  appendB3Multi(parsed, list);
  const entries: [string, string][] = [];
  for (let index = 0; index < list.length; index += 2) {
    entries.push([(list[index] as string).replace('x-b3-', ''), list[index + 1] as string]);
  }
  return Object.fromEntries(entries);
}

describe('x-b3-* that is sent on', () => {
  const ids = { traceid: TRACE, spanid: SPAN };
  it.each([
    ['accept', { ...IDS, sampled: '1' }, { ...ids, sampled: '1' }],
    ['deny', { ...IDS, sampled: '0' }, { ...ids, sampled: '0' }],
    ['defer is the absence of sampled', IDS, ids],
    ['debug implies accept and goes without sampled', { ...IDS, flags: '1' }, { ...ids, flags: '1' }],
    ['debug beats accept', { ...IDS, flags: '1', sampled: '1' }, { ...ids, flags: '1' }],
    ['debug beats deny', { ...IDS, flags: '1', sampled: '0' }, { ...ids, flags: '1' }],
    ['flags 0 is no debug', { ...IDS, flags: '0', sampled: '1' }, { ...ids, sampled: '1' }],
    ['the old spelling true', { ...IDS, sampled: 'true' }, { ...ids, sampled: '1' }],
    ['the old spelling false', { ...IDS, sampled: 'false' }, { ...ids, sampled: '0' }],
    ['with a parent', { ...IDS, parentSpanId: PARENT }, { ...ids, parentspanid: PARENT }],
    ['64-bit trace id stays one', { ...IDS, traceId: SHORT }, { ...ids, traceid: SHORT }],
    ['accept without ids', { sampled: '1' }, { sampled: '1' }],
    ['deny without ids', { sampled: '0' }, { sampled: '0' }],
    ['debug without ids', { flags: '1' }, { flags: '1' }],
    ['an empty parent is dropped alone', { ...IDS, parentSpanId: '' }, ids],
    ['a bad parent is dropped alone', { ...IDS, parentSpanId: 'x'.repeat(16) }, ids],
    ['a parent of zeroes is dropped alone', { ...IDS, parentSpanId: ZERO }, ids],
    ['a bad sampled is dropped alone, and defers', { ...IDS, sampled: 'yes' }, ids],
    ['an empty sampled is dropped alone, and defers', { ...IDS, sampled: '' }, ids],
    ['a bad flags is dropped alone', { ...IDS, flags: '2', sampled: '0' }, { ...ids, sampled: '0' }],
  ])('%s', (_rule, headers, expected) => {
    expect(forwarded(headers)).toEqual(expected);
  });
});

describe('x-b3-* that is refused', () => {
  it.each([
    ['nothing came', {}],
    ['trace id alone', { traceId: TRACE }],
    ['span id alone', { spanId: SPAN, sampled: '1' }],
    ['parent alone', { parentSpanId: PARENT }],
    ['flags 0 alone', { flags: '0' }],
    ['trace id in capitals', { ...IDS, traceId: TRACE.toUpperCase() }],
    ['trace id of zeroes', { ...IDS, traceId: ZERO + ZERO }],
    ['64-bit trace id of zeroes', { ...IDS, traceId: ZERO }],
    ['trace id of another length', { ...IDS, traceId: TRACE.slice(2) }],
    ['empty trace id', { ...IDS, traceId: '' }],
    ['span id in capitals', { ...IDS, spanId: SPAN.toUpperCase() }],
    ['span id of zeroes', { ...IDS, spanId: ZERO }],
    ['span id of another length', { ...IDS, spanId: `${SPAN}00` }],
    ['two trace ids, as Node joins them', { ...IDS, traceId: `${SHORT}, ${SHORT}` }],
  ])('%s', (_rule, headers) => {
    expect(forwarded(headers)).toBeUndefined();
  });
});
