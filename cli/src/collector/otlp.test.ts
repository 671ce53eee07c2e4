import { expect, test } from 'vitest';
import { decodeOtlp, readRequest } from './otlp.ts';
import { encodeOtlp, TRACE_ID } from './span-fixture.ts';

const decodeOne = (span: Parameters<typeof encodeOtlp>[1][number]) =>
  decodeOtlp(encodeOtlp('edge', [span]))[0]?.span;

test('a span of a real export comes out whole, its time exact to the microsecond', () => {
  const [received] = decodeOtlp(
    encodeOtlp('edge', [
      {
        parentSpanId: Buffer.from('00F067AA0BA902B7', 'hex'),
        name: 'GET /orders',
        kind: 3,
        startTimeUnixNano: '1750000000000123999',
        endTimeUnixNano: '1750000000001125999',
        attributes: [{ key: 'user.id', value: { stringValue: 'ada' } }],
      },
    ]),
  );
  expect(received).toEqual({
    traceId: TRACE_ID,
    span: {
      service: 'edge',
      name: 'GET /orders',
      kind: 'CLIENT',
      spanId: 'b7ad6b7169203331',
      parentSpanId: '00f067aa0ba902b7',
      startMs: 1750000000000.123,
      durationMs: 1.002,
      attributes: { 'user.id': 'ada' },
    },
  });
});

test.each([
  [0, 'UNSPECIFIED'],
  [1, 'INTERNAL'],
  [2, 'SERVER'],
  [3, 'CLIENT'],
  [4, 'PRODUCER'],
  [5, 'CONSUMER'],
  [99, 'UNSPECIFIED'],
])('kind %i is %s', (kind, expected) => {
  expect(decodeOne({ kind })?.kind).toBe(expected);
});

test.each([
  ['text', { stringValue: 'ü\0' }, 'ü\0'],
  ['empty text', { stringValue: '' }, ''],
  ['no', { boolValue: false }, false],
  ['an integer', { intValue: -7 }, -7],
  ['an integer no double holds', { intValue: '9007199254740993' }, '9007199254740993'],
  ['the least integer', { intValue: '-9223372036854775808' }, '-9223372036854775808'],
  ['a fraction', { doubleValue: 0.25 }, 0.25],
  ['not a number', { doubleValue: Number.NaN }, 'NaN'],
  ['bytes', { bytesValue: Buffer.from([1, 2, 255]) }, 'AQL/'],
  ['a list', { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 2 }, {}] } }, '["a",2,""]'],
  ['a map', { kvlistValue: { values: [{ key: 'a', value: { boolValue: true } }] } }, '{"a":true}'],
  ['an unset value', {}, ''],
])('an attribute that is %s', (_, value, expected) => {
  expect(decodeOne({ attributes: [{ key: 'k', value }] })?.attributes.k).toBe(expected);
});

test('a key named __proto__ is a key like any other', () => {
  const attributes = decodeOne({
    attributes: [{ key: '__proto__', value: { stringValue: 'x' } }],
  })?.attributes;
  expect(Object.entries(attributes ?? {})).toEqual([['__proto__', 'x']]);
});

test('a service without a name, an end before the start, and a parent id of zeros', () => {
  const [received] = decodeOtlp(
    encodeOtlp(undefined, [
      { parentSpanId: new Uint8Array(8), startTimeUnixNano: '2000000', endTimeUnixNano: '1000000' },
    ]),
  );
  expect(received?.span).toMatchObject({ service: 'unknown_service', parentSpanId: '', durationMs: 0 });
});

test.each([
  ['a short trace id', { traceId: new Uint8Array([1, 2]) }, 'traceId: expected 16 bytes, not all zero'],
  ['a trace id of zeros', { traceId: new Uint8Array(16) }, 'traceId: expected 16 bytes, not all zero'],
  ['no span id', { spanId: new Uint8Array() }, 'spanId: expected 8 bytes, not all zero'],
  ['a long parent id', { parentSpanId: Buffer.alloc(9, 1) }, 'parentSpanId: expected 8 bytes'],
])('%s is refused, and the message says where it is', (_, span, reason) => {
  expect(() => decodeOtlp(encodeOtlp('edge', [span]))).toThrow(
    `resourceSpans[0].scopeSpans[0].spans[0].${reason}`,
  );
});

test('values nested deeper than any real one are refused, not followed', () => {
  let value: object = { stringValue: 'x' };
  for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
  const request = { resourceSpans: [{ resource: { attributes: [{ key: 'k', value }] } }] };
  expect(() => readRequest(request)).toThrow('expected at most 32 values inside each other');
});

test('the JSON mapping: hex ids in either case, 64-bit integers as text', () => {
  const span = {
    traceId: TRACE_ID.toUpperCase(),
    spanId: 'B7AD6B7169203331',
    kind: 2,
    startTimeUnixNano: '1750000000000001000',
    attributes: [{ key: 'n', value: { intValue: '5' } }],
  };
  const [received] = readRequest({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  expect(received?.traceId).toBe(TRACE_ID);
  expect(received?.span).toMatchObject({ spanId: 'b7ad6b7169203331', kind: 'SERVER', attributes: { n: 5 } });
  expect(received?.span.startMs).toBe(1750000000000.001);
});

test.each([
  [null, 'body: expected an object'],
  [{ resourceSpans: 5 }, 'resourceSpans: expected a list, got 5'],
  [{ resourceSpans: [[]] }, 'resourceSpans[0]: expected an object'],
  [
    { resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: -1 }] }] }] },
    'expected a non-negative integer',
  ],
])('JSON of another shape, %j, is refused', (request, reason) => {
  expect(() => readRequest(request)).toThrow(reason);
});
