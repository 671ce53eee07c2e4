import { describe, expect, test } from 'vitest';
import { type Exchange, exchange, startFilter } from '../filter.ts';
import type { Value } from '../proxy/bytes.ts';
import type { Headers } from '../proxy/header-map.ts';

const OK: Headers = [[':status', '200']];

describe('to.header', () => {
  const CASES: readonly {
    name: string;
    headers: [string, Value][];
    upstream: [string, string][];
    cleared: boolean;
  }[] = [
    {
      name: 'a value: set',
      headers: [['h', 'v']],
      upstream: [
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      cleared: true,
    },
    {
      name: 'a value that is there already: not touched',
      headers: [
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      upstream: [
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      cleared: false,
    },
    {
      name: 'another: replaced',
      headers: [
        ['h', 'v'],
        ['X-Out', 'w'],
      ],
      upstream: [
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      cleared: true,
    },
    {
      name: 'the same twice: one',
      headers: [
        ['x-out', 'v'],
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      upstream: [
        ['h', 'v'],
        ['x-out', 'v'],
      ],
      cleared: true,
    },
    {
      name: 'no value: removed',
      headers: [
        ['x-out', 'w'],
        ['a', 'b'],
      ],
      upstream: [['a', 'b']],
      cleared: true,
    },
    {
      name: 'no value and no header: not touched',
      headers: [['a', 'b']],
      upstream: [['a', 'b']],
      cleared: false,
    },
    {
      name: 'a value that was governed',
      headers: [['h', 'A"B']],
      upstream: [
        ['h', 'A"B'],
        ['x-out', "a'b"],
      ],
      cleared: true,
    },
    {
      name: 'one that was cut',
      headers: [['h', '123456789']],
      upstream: [
        ['h', '123456789'],
        ['x-out', '12345678'],
      ],
      cleared: true,
    },
    {
      name: 'a header that would split the message',
      headers: [['h', 'a\r\nb: c']],
      upstream: [
        ['h', 'a\r\nb: c'],
        ['x-out', 'a\ufffd\ufffdb: c'],
      ],
      cleared: true,
    },
  ];

  test.each(CASES)('$name', ({ headers, upstream, cleared }) => {
    const filter = startFilter({
      attributes: [
        { key: 'k', from: [{ header: 'h' }], to: { header: 'X-Out' }, lowercase: true, maxLength: 8 },
      ],
    });
    const { request, routeCleared } = exchange(filter, { headers });
    expect(request).toEqual(upstream);
    expect(routeCleared).toBe(cleared);
  });

  test('the header that is read: what is not believed does not go on', () => {
    const filter = startFilter({
      attributes: [{ key: 'k', from: [{ header: 'h' }], pattern: '[a-z]+', to: { header: 'h' } }],
    });
    expect(exchange(filter, { headers: [['h', 'ok']] }).routeCleared).toBe(false);
    expect(exchange(filter, { headers: [['h', 'NO']] }).request).toEqual([]);
    expect(
      exchange(filter, {
        headers: [
          ['h', 'a'],
          ['h', 'b'],
        ],
      }).request,
    ).toEqual([]);
  });

  test('a hash of the header that is read, which others read as it came', () => {
    const attributes = [
      { key: 'a', from: [{ header: 'h' }], mask: 1, to: { header: 'h' } },
      { key: 'b', from: [{ header: 'h' }] },
    ];
    const { attributes: state, request } = exchange(startFilter({ attributes }), {
      headers: [['h', 'secret']],
    });
    expect(state).toEqual({ a: '*****t', b: 'secret' });
    expect(request).toEqual([['h', '*****t']]);
  });
});

describe('to.responseHeader', () => {
  const respond = (from: object[], headers: Headers, response: Headers): Exchange =>
    exchange(
      startFilter({ attributes: [{ key: 'k', from, to: { responseHeader: 'X-Out' } }] }),
      { headers },
      { headers: response },
    );

  test('has the value of the request', () => {
    expect(respond([{ header: 'h' }], [['h', 'v']], OK).response).toEqual([
      [':status', '200'],
      ['x-out', 'v'],
    ]);
  });

  test('takes the place of what the service says', () => {
    const { response } = respond([{ header: 'h' }], [['h', 'v']], [...OK, ['x-out', '1'], ['X-Out', '2']]);
    expect(response).toEqual([
      [':status', '200'],
      ['x-out', 'v'],
    ]);
  });

  test('without a value leaves the response alone', () => {
    expect(respond([{ header: 'h' }], [], [...OK, ['x-out', '1']]).response).toEqual([
      [':status', '200'],
      ['x-out', '1'],
    ]);
  });

  test('may have a value of the response', () => {
    expect(respond([{ responseHeader: 'x-cache' }], [], [...OK, ['x-cache', 'HIT']]).response).toContainEqual(
      ['x-out', 'HIT'],
    );
  });

  test('leaves the request and its route alone', () => {
    const { request, routeCleared } = respond([{ header: 'h' }], [['h', 'v']], OK);
    expect(request).toEqual([['h', 'v']]);
    expect(routeCleared).toBe(false);
  });
});

// For Envoy 1.36 and older, whose header_to_metadata takes the headers away again.
describe('"output": "header"', () => {
  const configuration = {
    output: 'header',
    attributes: [
      { key: 'User.ID', from: [{ header: 'h' }] },
      { key: 'a_b-c', from: [{ header: 'i' }], default: 'none' },
    ],
  };

  test('writes a header for each attribute beside filter state', () => {
    const { attributes, request } = exchange(startFilter(configuration), { headers: [['h', 'v']] });
    expect(attributes).toEqual({ 'User.ID': 'v', 'a_b-c': 'none' });
    expect(request).toEqual([
      ['h', 'v'],
      ['x-meshspan-user.id', 'v'],
      ['x-meshspan-a_b-c', 'none'],
    ]);
  });

  test("a request's own header of that name is not believed", () => {
    const headers: Headers = [
      ['X-Meshspan-User.Id', 'mallory'],
      ['x-meshspan-a_b-c', 'none'],
    ];
    const { request } = exchange(startFilter(configuration), { headers });
    expect(request).toEqual([['x-meshspan-a_b-c', 'none']]);
  });

  test('also for the default attributes', () => {
    const { request } = exchange(startFilter({ output: 'header' }), {});
    expect(request).toEqual([
      ['x-meshspan-user.id', 'anonymous'],
      ['x-meshspan-cluster', 'east'],
    ]);
  });

  test('is not the default', () => {
    const { attributes } = configuration;
    for (const fields of [{}, { output: 'filterState' }]) {
      expect(exchange(startFilter({ attributes, ...fields }), { headers: [['h', 'v']] }).routeCleared).toBe(
        false,
      );
    }
  });
});
