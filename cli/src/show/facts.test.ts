import { expect, test } from 'vitest';
import { makeSpan, TRACE_ID } from '../collector/span-fixture.ts';
import { count, formatDuration, hasFailed, measure } from './facts.ts';

test('the axis goes from the first start to the last end, whichever spans they are of', () => {
  const early = makeSpan('2', { startMs: 90, durationMs: 20, service: 'early' });
  const late = makeSpan('1', { startMs: 100, durationMs: 40, service: 'late' });
  const { totalMs, services, stretch } = measure({ traceId: TRACE_ID, spans: [late, early] });
  expect({ totalMs, services }).toEqual({ totalMs: 50, services: ['early', 'late'] });
  expect([stretch(early), stretch(late)]).toEqual([
    { from: 0, to: 0.4 },
    { from: 0.2, to: 1 },
  ]);
});

test('without spans, and with spans that took no time', () => {
  expect(measure({ traceId: TRACE_ID, spans: [] }).totalMs).toBe(0);
  const span = makeSpan('1', { durationMs: 0 });
  expect(measure({ traceId: TRACE_ID, spans: [span] }).stretch(span)).toEqual({ from: 0, to: 1 });
});

test.each([
  [0, '0 ms'],
  [0.02, '0.02 ms'],
  [12.413, '12.4 ms'],
  [1234, '1,230 ms'],
  [12_345, '12.3 sec'],
  [1_750_000_000_000, '1.75B sec'],
])('%d ms reads %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected);
});

test.each([
  [{ error: 'true' }, true],
  [{ error: true }, true],
  [{ 'http.status_code': '503' }, true],
  [{ 'http.response.status_code': 500 }, true],
  [{ 'http.status_code': '404', error: 'false' }, false],
  [{}, false],
])('%j has failed: %s', (attributes, expected) => {
  expect(hasFailed(makeSpan('1', { attributes }))).toBe(expected);
});

test('one and many', () => {
  expect([count(1, 'span'), count(0, 'span'), count(1200, 'span')]).toEqual([
    '1 span',
    '0 spans',
    '1,200 spans',
  ]);
});
