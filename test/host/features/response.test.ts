import { describe, expect, test } from 'vitest';
import { attributesOf, counters, exchange, startFilter } from '../filter.ts';
import type { Headers } from '../proxy/header-map.ts';
import type { PropertyTree } from '../proxy/properties.ts';

/** Attribute `k` of these sources, after a response. */
function read(
  from: object[],
  response: Headers,
  properties: PropertyTree = {},
  request: Headers = [],
): string | undefined {
  const filter = startFilter({ attributes: [{ key: 'k', from }] });
  expect(filter.proxy.log).toEqual([]);
  return exchange(filter, { headers: request }, { headers: response, properties }).attributes.k;
}

describe('sources of the response', () => {
  test.each<[source: object, response: Headers, properties: PropertyTree, expected: string | undefined]>([
    [{ responseHeader: 'X-Cache' }, [['x-cache', 'HIT']], {}, 'HIT'],
    [
      { responseHeader: 'x-cache' },
      [
        ['x-cache', 'a'],
        ['x-cache', 'b'],
      ],
      {},
      'a',
    ],
    [{ responseHeader: 'x-cache' }, [['x-cache', 'a"b\n']], {}, "a'b\ufffd"],
    [{ responseHeader: 'x-cache' }, [['x-cache', '']], {}, undefined],
    [{ responseHeader: 'x-cache' }, [], {}, undefined],
    [{ responseCode: true }, [[':status', '200']], {}, '200'],
    [{ responseCode: true }, [[':status', '503']], {}, '503'],
    [{ responseCode: true }, [], {}, undefined],
    [{ property: 'response.code' }, [], { response: { code: 404n } }, '404'],
    [
      { property: 'response.code_details' },
      [],
      { response: { code_details: 'via_upstream' } },
      'via_upstream',
    ],
    [{ property: 'upstream.address' }, [], { upstream: { address: '10.0.0.1:80' } }, '10.0.0.1:80'],
    [
      { property: 'response.headers.x-cache' },
      [
        ['x-cache', 'HIT'],
        ['x-cache', 'MISS'],
      ],
      {},
      'HIT,MISS',
    ],
    [{ duration: true }, [], {}, undefined],
    [{ duration: true }, [], { request: { time: 'text' } }, undefined],
  ])('%j', (source, response, properties, expected) => {
    expect(read([source], response, properties)).toBe(expected);
  });

  // Envoy `ResponseFlagUtils::CORE_RESPONSE_FLAGS`, in the order of `CoreResponseFlag`.
  const FLAGS = [
    ...[
      'LH',
      'UH',
      'UT',
      'LR',
      'UR',
      'UF',
      'UC',
      'UO',
      'NR',
      'DI',
      'FI',
      'RL',
      'UAEX',
      'RLSE',
      'DC',
      'URX',
      'SI',
      'IH',
    ],
    ...['DPE', 'UMSDR', 'RFCF', 'NFCF', 'DT', 'UPE', 'NC', 'OM', 'DF', 'DO', 'DR', 'UDO'],
  ];
  test.each<[bits: bigint | string, expected: string | undefined]>([
    [0n, undefined],
    ...FLAGS.map((flag, i): [bigint, string] => [1n << BigInt(i), flag]),
    [(1n << 5n) | (1n << 15n), 'UF,URX'],
    [(1n << BigInt(FLAGS.length)) - 1n, FLAGS.join(',')],
    [-1n, FLAGS.join(',')],
    [1n << 60n, undefined],
    ['UF', undefined],
  ])('flags %s: %s', (flags, expected) => {
    expect(read([{ flags: true }], [], { response: { flags } })).toBe(expected);
  });

  test.each([
    [0, '0'],
    [0.0015, '1'],
    [12.3456, '12345'],
    [-5, '0'],
  ])('%d seconds since the request began: %s ms', (seconds, expected) => {
    const filter = startFilter({ attributes: [{ key: 'k', from: [{ duration: true }] }] });
    const stream = filter.vm.createStream(filter.root, {
      properties: { request: { time: filter.proxy.now() } },
    });
    filter.vm.requestHeaders(stream);
    filter.proxy.advance(seconds);
    filter.vm.responseHeaders(stream, { headers: [] });
    expect(attributesOf(stream)).toEqual({ k: expected });
  });
});

describe('request, then response, then default', () => {
  const from = [{ header: 'h' }, { responseHeader: 'r' }, { responseHeader: 's' }];
  const chain = (request: Headers, response: Headers): string | undefined => {
    const filter = startFilter({ attributes: [{ key: 'k', from, default: 'none', pattern: '[a-z]+' }] });
    return exchange(filter, { headers: request }, { headers: response }).attributes.k;
  };

  test.each<[request: Headers, response: Headers, expected: string]>([
    [
      [['h', 'a']],
      [
        ['r', 'b'],
        ['s', 'c'],
      ],
      'a',
    ],
    [
      [],
      [
        ['r', 'b'],
        ['s', 'c'],
      ],
      'b',
    ],
    [
      [['h', 'NO']],
      [
        ['r', 'NO'],
        ['s', 'c'],
      ],
      'c',
    ],
    [[], [['s', 'NO']], 'none'],
    [[], [], 'none'],
  ])('%j and %j: %s', (request, response, expected) => {
    expect(chain(request, response)).toBe(expected);
  });

  test('the default is not written before the response, nor without one', () => {
    const filter = startFilter({ attributes: [{ key: 'k', from, default: 'none' }] });
    expect(exchange(filter, {}).attributes).toEqual({});
  });

  test('a value of the request is there before the response, and stays', () => {
    const filter = startFilter({ attributes: [{ key: 'k', from }] });
    expect(exchange(filter, { headers: [['h', 'a']] }).attributes).toEqual({ k: 'a' });
  });

  test('an attribute counts once, as set or missing', () => {
    const filter = startFilter({ attributes: [{ key: 'k', from }] });
    exchange(filter, { headers: [['h', 'a']] }, { headers: [['r', 'b']] });
    exchange(filter, {}, { headers: [['r', 'b']] });
    exchange(filter, {}, { headers: [] });
    expect(counters(filter)).toEqual({ requests: 3, attributes_set: 2, attributes_missing: 1 });
  });

  test('properties, node, env and literals may follow', () => {
    const node = { node: 'CLUSTER_ID' };
    expect(
      read([{ flags: true }, { property: 'xds.route_name' }, node], [], { xds: { route_name: 'r' } }),
    ).toBe('r');
    expect(read([{ flags: true }, node], [])).toBe('east');
    expect(read([{ flags: true }, { literal: 'l' }], [])).toBe('l');
  });
});
