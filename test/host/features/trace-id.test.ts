import { describe, expect, test } from 'vitest';
import { exchange, startFilter } from '../filter.ts';
import type { Headers } from '../proxy/header-map.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;

/** Response headers beside `:status` and what the service itself says. */
function told(
  responseHeader: string,
  request: Headers,
  service: Headers = [],
): readonly (readonly [string, string])[] {
  const filter = startFilter({ attributes: [], traceId: { responseHeader } });
  const { response, routeCleared } = exchange(filter, { headers: request }, { headers: service });
  expect(routeCleared).toBe(false);
  return response;
}

describe('the trace id on the response', () => {
  test.each<[what: string, request: Headers, expected: string | undefined]>([
    ['traceparent', [['traceparent', PARENT]], TRACE],
    ['a traceparent of a later version', [['traceparent', `${PARENT.replace('00-', '01-')}-more`]], TRACE],
    ['B3, long', [['x-b3-traceid', TRACE]], TRACE],
    ['B3, short', [['x-b3-traceid', TRACE.slice(16)]], TRACE.slice(16)],
    [
      'both: W3C',
      [
        ['x-b3-traceid', 'f'.repeat(32)],
        ['traceparent', PARENT],
      ],
      TRACE,
    ],
    ['none', [], undefined],
    ['one that is too short', [['traceparent', PARENT.slice(0, 54)]], undefined],
    ['no hexadecimal digits', [['traceparent', PARENT.replace('0af', 'xyz')]], undefined],
    ['a line break', [['traceparent', PARENT.replace('0af', '\r\na')]], undefined],
    ['quotes', [['x-b3-traceid', '"'.repeat(32)]], undefined],
    ['B3 of another length', [['x-b3-traceid', TRACE.slice(1)]], undefined],
  ])('%s', (_what, request, expected) => {
    expect(told('X-Trace-Id', request)).toEqual(expected === undefined ? [] : [['x-trace-id', expected]]);
  });

  test('takes the place of what the service says', () => {
    expect(
      told(
        'x-trace-id',
        [['traceparent', PARENT]],
        [
          ['x-trace-id', 'a'],
          ['x-trace-id', 'b'],
        ],
      ),
    ).toEqual([['x-trace-id', TRACE]]);
    expect(told('x-trace-id', [], [['x-trace-id', 'a']])).toEqual([['x-trace-id', 'a']]);
  });

  test('as a metric of Server-Timing, beside those of the service', () => {
    const metric = ['server-timing', `trace;desc="${PARENT}"`];
    expect(told('Server-Timing', [['traceparent', PARENT]])).toEqual([metric]);
    expect(told('server-timing', [['traceparent', PARENT]], [['server-timing', 'db;dur=5']])).toEqual([
      ['server-timing', 'db;dur=5'],
      metric,
    ]);
    expect(told('server-timing', [])).toEqual([]);
    // Of B3 there is no whole traceparent to tell.
    expect(told('server-timing', [['x-b3-traceid', TRACE]])).toEqual([]);
  });

  test.each(['trace', 'trace_id', 'traceparent'])(
    'is not mixed up with an attribute of the key %s',
    (key) => {
      const filter = startFilter({
        attributes: [{ key, from: [{ header: 'h' }] }],
        traceId: { responseHeader: 'x-trace-id' },
      });
      const with_ = exchange(
        filter,
        {
          headers: [
            ['h', 'mine'],
            ['traceparent', PARENT],
          ],
        },
        { headers: [] },
      );
      expect(with_.attributes[key]).toBe('mine');
      expect(with_.response).toEqual([['x-trace-id', TRACE]]);
      const without = exchange(filter, { headers: [['h', 'mine']] }, { headers: [] });
      expect(without.response).toEqual([]);
    },
  );
});
