import {
  type Case,
  changed,
  dropped,
  kept,
  OTHER,
  PARENT,
  SHORT,
  SPAN,
  TRACE,
  ZERO16,
  ZERO32,
} from './case.ts';

// https://github.com/openzipkin/b3-propagation; a rule names the heading that it stands under.

const one = (rule: string, b3: string): Case => kept(`B3 single: ${rule}`, { b3 });
const not = (rule: string, b3: string): Case => dropped(`B3 single: ${rule}`, { b3 });

const SINGLE: readonly Case[] = [
  one('Sampling State, accept', `${TRACE}-${SPAN}-1`),
  one('Sampling State, deny', `${TRACE}-${SPAN}-0`),
  one('Sampling State, debug', `${TRACE}-${SPAN}-d`),
  one('Sampling State, defer is the absence of a state', `${TRACE}-${SPAN}`),
  one('ParentSpanId, accept', `${TRACE}-${SPAN}-1-${PARENT}`),
  one('ParentSpanId, deny', `${TRACE}-${SPAN}-0-${PARENT}`),
  one('ParentSpanId, debug', `${TRACE}-${SPAN}-d-${PARENT}`),
  one('TraceId of 64 bits goes on as received', `${SHORT}-${SPAN}-1`),
  one('TraceId of 64 bits, defer', `${SHORT}-${SPAN}`),
  one('TraceId of 64 bits, deny', `${SHORT}-${SPAN}-0`),
  one('TraceId of 64 bits with a parent', `${SHORT}-${SPAN}-d-${PARENT}`),
  one('TraceId of 128 bits whose high half is zero', `${ZERO16}${SHORT}-${SPAN}-1`),
  one('TraceId equal to SpanId, as a root span may have', `${SPAN}-${SPAN}-1`),
  one('state without ids, deny', '0'),
  one('state without ids, accept', '1'),
  one('state without ids, debug', 'd'),
  changed('B3 single: the name in capitals', { B3: `${TRACE}-${SPAN}-1` }, { b3: `${TRACE}-${SPAN}-1` }),
  not('empty', ''),
  not('an unknown state alone', 'x'),
  not('debug in a capital', 'D'),
  not('true is no state here', 'true'),
  not('two characters', '10'),
  not('TraceId alone', TRACE),
  not('TraceId and a dash', `${TRACE}-`),
  not('TraceId in capitals', `${TRACE.toUpperCase()}-${SPAN}-1`),
  not('TraceId that is not hexadecimal', `${TRACE.replace('c', 'x')}-${SPAN}-1`),
  not('TraceId of zeroes', `${ZERO32}-${SPAN}-1`),
  not('TraceId of 64 bits of zeroes', `${ZERO16}-${SPAN}-1`),
  not('TraceId of 31 characters', `${TRACE.slice(1)}-${SPAN}-1`),
  not('TraceId of 33 characters', `${TRACE}0-${SPAN}-1`),
  not('TraceId of 15 characters', `${SHORT.slice(1)}-${SPAN}-1`),
  not('TraceId of 24 characters', `${TRACE.slice(8)}-${SPAN}-1`),
  not('no TraceId', `-${SPAN}-1`),
  not('SpanId in capitals', `${TRACE}-${SPAN.toUpperCase()}-1`),
  not('SpanId that is not hexadecimal', `${TRACE}-${SPAN.replace('b', 'z')}-1`),
  not('SpanId of zeroes', `${TRACE}-${ZERO16}-1`),
  not('SpanId of 15 characters', `${TRACE}-${SPAN.slice(1)}-1`),
  not('SpanId of 17 characters', `${TRACE}-${SPAN}0-1`),
  not('no SpanId', `${TRACE}--1`),
  not('an unknown state', `${TRACE}-${SPAN}-x`),
  not('an empty state', `${TRACE}-${SPAN}-`),
  not('a state of two characters', `${TRACE}-${SPAN}-11`),
  not('debug in a capital, with ids', `${TRACE}-${SPAN}-D`),
  not('an empty ParentSpanId', `${TRACE}-${SPAN}-1-`),
  not('ParentSpanId of 15 characters', `${TRACE}-${SPAN}-1-${PARENT.slice(1)}`),
  not('ParentSpanId of 17 characters', `${TRACE}-${SPAN}-1-${PARENT}0`),
  not('ParentSpanId in capitals', `${TRACE}-${SPAN}-1-${PARENT.toUpperCase()}`),
  not('ParentSpanId of zeroes', `${TRACE}-${SPAN}-1-${ZERO16}`),
  not('more behind', `${TRACE}-${SPAN}-1-${PARENT}-1`),
  not('another separator', `${TRACE}_${SPAN}_1`),
  changed(
    'B3 single: two headers',
    [
      ['b3', `${TRACE}-${SPAN}-1`],
      ['b3', `${TRACE}-${SPAN}-0`],
    ],
    {},
  ),
];

const IDS = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
const ACCEPT = { ...IDS, 'x-b3-sampled': '1' };
const all = (rule: string, headers: Readonly<Record<string, string>>): Case =>
  kept(`B3 multiple: ${rule}`, headers);
const none = (rule: string, headers: Readonly<Record<string, string>>): Case =>
  dropped(`B3 multiple: ${rule}`, headers);
const some = (
  rule: string,
  headers: Readonly<Record<string, string>>,
  forward: Readonly<Record<string, string>>,
): Case => changed(`B3 multiple: ${rule}`, headers, forward);

const MULTIPLE: readonly Case[] = [
  all('Sampling State, accept', ACCEPT),
  all('Sampling State, deny', { ...IDS, 'x-b3-sampled': '0' }),
  all('Sampling State, debug is Flags 1, without Sampled', { ...IDS, 'x-b3-flags': '1' }),
  all('Sampling State, defer is the absence of both', IDS),
  all('ParentSpanId', { ...ACCEPT, 'x-b3-parentspanid': PARENT }),
  all('ParentSpanId, defer', { ...IDS, 'x-b3-parentspanid': PARENT }),
  all('TraceId of 64 bits goes on as received', { ...ACCEPT, 'x-b3-traceid': SHORT }),
  all('TraceId of 128 bits whose high half is zero', { ...ACCEPT, 'x-b3-traceid': ZERO16 + SHORT }),
  all('state without ids, accept', { 'x-b3-sampled': '1' }),
  all('state without ids, deny', { 'x-b3-sampled': '0' }),
  all('state without ids, debug', { 'x-b3-flags': '1' }),
  some(
    'debug implies accept, so that Sampled is not sent',
    { ...ACCEPT, 'x-b3-flags': '1' },
    { ...IDS, 'x-b3-flags': '1' },
  ),
  some('debug beats deny', { ...IDS, 'x-b3-sampled': '0', 'x-b3-flags': '1' }, { ...IDS, 'x-b3-flags': '1' }),
  some('Flags 0 says nothing', { ...ACCEPT, 'x-b3-flags': '0' }, ACCEPT),
  some('Flags 0 alone defers', { ...IDS, 'x-b3-flags': '0' }, IDS),
  some('Sampled true is read as accept', { ...IDS, 'x-b3-sampled': 'true' }, ACCEPT),
  some('Sampled false is read as deny', { ...IDS, 'x-b3-sampled': 'false' }, { ...IDS, 'x-b3-sampled': '0' }),
  some(
    'the usual spelling of the names',
    { 'X-B3-TraceId': TRACE, 'X-B3-SpanId': SPAN, 'X-B3-Sampled': '1' },
    ACCEPT,
  ),
  some(
    'an empty ParentSpanId is dropped alone (istio 11696)',
    { ...ACCEPT, 'x-b3-parentspanid': '' },
    ACCEPT,
  ),
  some('a ParentSpanId of zeroes is dropped alone', { ...ACCEPT, 'x-b3-parentspanid': ZERO16 }, ACCEPT),
  some(
    'a ParentSpanId of 15 characters is dropped alone',
    { ...ACCEPT, 'x-b3-parentspanid': PARENT.slice(1) },
    ACCEPT,
  ),
  some(
    'a ParentSpanId in capitals is dropped alone',
    { ...ACCEPT, 'x-b3-parentspanid': PARENT.toUpperCase() },
    ACCEPT,
  ),
  some('an unknown Sampled defers, and is never deny', { ...IDS, 'x-b3-sampled': 'yes' }, IDS),
  some('an empty Sampled defers, and is never deny', { ...IDS, 'x-b3-sampled': '' }, IDS),
  some('Sampled in capitals defers, and is never deny', { ...IDS, 'x-b3-sampled': 'FALSE' }, IDS),
  some('unknown Flags say nothing', { ...ACCEPT, 'x-b3-flags': '2' }, ACCEPT),
  some('an empty Flags says nothing', { ...ACCEPT, 'x-b3-flags': '' }, ACCEPT),
  none('TraceId without SpanId', { 'x-b3-traceid': TRACE, 'x-b3-sampled': '1' }),
  none('SpanId without TraceId', { 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' }),
  none('ParentSpanId alone', { 'x-b3-parentspanid': PARENT }),
  none('TraceId in capitals', { ...ACCEPT, 'x-b3-traceid': TRACE.toUpperCase() }),
  none('TraceId of zeroes', { ...ACCEPT, 'x-b3-traceid': ZERO32 }),
  none('TraceId of 64 bits of zeroes', { ...ACCEPT, 'x-b3-traceid': ZERO16 }),
  none('TraceId of 30 characters', { ...ACCEPT, 'x-b3-traceid': TRACE.slice(2) }),
  none('TraceId of 33 characters', { ...ACCEPT, 'x-b3-traceid': `${TRACE}0` }),
  none('an empty TraceId', { ...ACCEPT, 'x-b3-traceid': '' }),
  none('SpanId in capitals', { ...ACCEPT, 'x-b3-spanid': SPAN.toUpperCase() }),
  none('SpanId of zeroes', { ...ACCEPT, 'x-b3-spanid': ZERO16 }),
  none('SpanId of 15 characters', { ...ACCEPT, 'x-b3-spanid': SPAN.slice(1) }),
  none('SpanId of 32 characters', { ...ACCEPT, 'x-b3-spanid': TRACE }),
  none('an empty SpanId', { ...ACCEPT, 'x-b3-spanid': '' }),
  changed(
    'B3 multiple: two TraceIds',
    [
      ['x-b3-traceid', TRACE],
      ['x-b3-traceid', OTHER],
      ['x-b3-spanid', SPAN],
    ],
    {},
  ),
  changed(
    'B3 multiple: two SpanIds',
    [
      ['x-b3-traceid', TRACE],
      ['x-b3-spanid', SPAN],
      ['x-b3-spanid', PARENT],
    ],
    {},
  ),
];

const W3C = { traceparent: `00-${TRACE}-${SPAN}-01` };

/** README, "What is sent where": traceparent, then b3, then x-b3-*; what goes out says one thing. */
const MIXED: readonly Case[] = [
  kept('mixed: all three formats of one span go on', { ...W3C, b3: `${TRACE}-${SPAN}-1`, ...ACCEPT }),
  kept('mixed: b3 keeps debug beside sampled', { ...W3C, b3: `${TRACE}-${SPAN}-d` }),
  kept('mixed: b3 keeps defer beside an unset sampled', {
    traceparent: `00-${TRACE}-${SPAN}-00`,
    b3: `${TRACE}-${SPAN}`,
  }),
  kept('mixed: x-b3-* keep their parent beside traceparent', {
    ...W3C,
    ...ACCEPT,
    'x-b3-parentspanid': PARENT,
  }),
  kept('mixed: a 64-bit id stays in b3 and is padded in traceparent', {
    traceparent: `00-${ZERO16}${SHORT}-${SPAN}-01`,
    b3: `${SHORT}-${SPAN}-1`,
  }),
  kept('mixed: tracestate and the random flag beside b3', {
    traceparent: `00-${TRACE}-${SPAN}-03`,
    tracestate: 'a=1',
    b3: `${TRACE}-${SPAN}-1`,
  }),
  changed(
    'mixed: traceparent before b3 of another trace',
    { ...W3C, b3: `${OTHER}-${SPAN}-0` },
    { ...W3C, b3: `${TRACE}-${SPAN}-1` },
  ),
  changed(
    'mixed: traceparent before b3 of another span',
    { ...W3C, b3: `${TRACE}-${PARENT}-0` },
    { ...W3C, b3: `${TRACE}-${SPAN}-1` },
  ),
  changed(
    'mixed: traceparent before x-b3-* of another trace',
    { ...W3C, ...ACCEPT, 'x-b3-traceid': OTHER },
    { ...W3C, ...ACCEPT },
  ),
  changed(
    'mixed: traceparent decides on sampling',
    { ...W3C, b3: `${TRACE}-${SPAN}-0` },
    { ...W3C, b3: `${TRACE}-${SPAN}-1` },
  ),
  changed(
    'mixed: b3 before x-b3-* of another trace',
    { b3: `${TRACE}-${SPAN}-1`, ...ACCEPT, 'x-b3-traceid': OTHER },
    { b3: `${TRACE}-${SPAN}-1`, ...ACCEPT },
  ),
  changed(
    'mixed: a good b3 beats the decision of x-b3-*',
    { b3: `${TRACE}-${SPAN}-0`, ...ACCEPT },
    { b3: `${TRACE}-${SPAN}-0`, ...IDS, 'x-b3-sampled': '0' },
  ),
  changed('mixed: a bad b3 falls back to x-b3-*', { b3: 'bad', ...ACCEPT }, ACCEPT),
  changed(
    'mixed: a bad traceparent falls back to b3',
    { traceparent: 'bad', tracestate: 'a=1', b3: `${TRACE}-${SPAN}-1` },
    { b3: `${TRACE}-${SPAN}-1` },
  ),
  changed(
    'mixed: a bad traceparent falls back to x-b3-*',
    { traceparent: `00-${ZERO32}-${SPAN}-01`, ...ACCEPT },
    ACCEPT,
  ),
  changed(
    'mixed: bad x-b3-* beside a good traceparent',
    { ...W3C, 'x-b3-traceid': 'bad', 'x-b3-spanid': SPAN },
    W3C,
  ),
  changed('mixed: ids before a bare decision', { ...W3C, b3: '0' }, { ...W3C, b3: `${TRACE}-${SPAN}-1` }),
  changed(
    'mixed: ids of x-b3-* before the bare decision of b3',
    { b3: '0', ...ACCEPT },
    { b3: `${TRACE}-${SPAN}-1`, ...ACCEPT },
  ),
  dropped('mixed: three formats, all of them bad', {
    traceparent: 'bad',
    tracestate: 'a=1',
    b3: 'bad',
    'x-b3-traceid': 'bad',
    'x-b3-spanid': SPAN,
  }),
];

export const B3_CASES: readonly Case[] = [...SINGLE, ...MULTIPLE, ...MIXED];
