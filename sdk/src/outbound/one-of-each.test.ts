import { expect, it } from 'vitest';
import { keepOneOfEach } from './one-of-each.ts';

const TRACE = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const FIRST = '1'.repeat(16);
const LATER = '2'.repeat(16);

const B3 = (trace: string, span: string) => ['b3', `${trace}-${span}-1`];
const W3C = (trace: string, span: string) => ['traceparent', `00-${trace}-${span}-01`];
const MULTI = (trace: string, span: string) => [
  'X-B3-TraceId',
  trace,
  'x-b3-spanid',
  span,
  'x-b3-sampled',
  '1',
];

it.each([
  ['w3c', W3C],
  ['b3', B3],
  ['x-b3-*', MULTI],
])('keeps the later %s of one trace, and the earlier of two', (_format, write) => {
  const one = ['accept', '*/*', ...write(TRACE, FIRST), 'x-user-id', 'ada', ...write(TRACE, LATER)];
  keepOneOfEach(one);
  expect(one).toEqual(['accept', '*/*', 'x-user-id', 'ada', ...write(TRACE, LATER)]);

  const two = ['accept', '*/*', ...write(TRACE, FIRST), 'x-user-id', 'ada', ...write(OTHER, LATER)];
  keepOneOfEach(two);
  expect(two).toEqual(['accept', '*/*', ...write(TRACE, FIRST), 'x-user-id', 'ada']);
});

it('keeps a bare 64-bit b3 apart from its span', () => {
  const headers = [...B3(FIRST, FIRST), ...B3(FIRST, LATER)];
  keepOneOfEach(headers);
  expect(headers).toEqual(B3(FIRST, LATER));
});

it('keeps the earlier of two baggages', () => {
  const headers = ['baggage', 'a=1', 'accept', '*/*', 'baggage', 'a=2'];
  keepOneOfEach(headers);
  expect(headers).toEqual(['baggage', 'a=1', 'accept', '*/*']);
});

it.each([
  ['nothing', []],
  ['one of each', [...W3C(TRACE, FIRST), 'tracestate', 'a=1', ...B3(OTHER, FIRST), ...MULTI(TRACE, LATER)]],
  ['other headers, repeated', ['cookie', 'a', 'cookie', 'b']],
  ['what is no text', ['traceparent', ['a', 'b'], 1, 2]],
])('leaves %s alone', (_what, headers: unknown[]) => {
  const before = [...headers];
  keepOneOfEach(headers);
  expect(headers).toEqual(before);
});
