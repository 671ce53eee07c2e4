import { describe, expect, test } from 'vitest';
import { filterModule, ISTIO_NODE, PLUGIN, request, startFilter } from './filter.ts';
import type { Value } from './proxy/bytes.ts';
import type { Headers } from './proxy/header-map.ts';
import type { PropertyTree } from './proxy/properties.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';

const KIB = 1024;
/** What one callback may ask the arena for (`abi/arena.ts`). */
const LIMIT = 1024 * KIB;
const ANONYMOUS = 'anonymous';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

interface HeaderCase {
  readonly name: string;
  readonly values: readonly Value[];
  /** What `user.id` becomes, at most 256 characters of x-user-id. */
  readonly expected: string;
}

const HEADERS: readonly HeaderCase[] = [
  { name: 'missing', values: [], expected: ANONYMOUS },
  { name: 'empty', values: [''], expected: ANONYMOUS },
  { name: 'usual', values: ['alice'], expected: 'alice' },
  {
    name: 'repeated: none, as a backend may read another',
    values: ['alice', 'mallory'],
    expected: ANONYMOUS,
  },
  { name: 'repeated, the first empty', values: ['', 'mallory'], expected: ANONYMOUS },
  { name: 'quotes and backslashes', values: [' a "b" \\ '], expected: " a 'b' / " },
  { name: '256 characters', values: ['a'.repeat(256)], expected: 'a'.repeat(256) },
  { name: '257 characters', values: ['a'.repeat(257)], expected: 'a'.repeat(256) },
  { name: '8 KB', values: ['a'.repeat(8 * KIB)], expected: 'a'.repeat(256) },
  { name: 'just what the fixed block holds', values: ['a'.repeat(16 * KIB)], expected: 'a'.repeat(256) },
  { name: 'one byte more', values: ['a'.repeat(16 * KIB + 1)], expected: 'a'.repeat(256) },
  { name: '60 KB', values: ['a'.repeat(60 * KIB)], expected: 'a'.repeat(256) },
  { name: '300 KB', values: ['a'.repeat(300 * KIB)], expected: 'a'.repeat(256) },
  { name: 'the limit of the arena', values: ['a'.repeat(LIMIT)], expected: 'a'.repeat(256) },
  { name: 'above the limit of the arena', values: ['a'.repeat(LIMIT + 1)], expected: ANONYMOUS },
  { name: '5 MB', values: ['a'.repeat(5 * LIMIT)], expected: ANONYMOUS },
  { name: 'two-byte characters, cut on a border', values: ['é'.repeat(300)], expected: 'é'.repeat(256) },
  { name: 'three-byte characters', values: ['€'.repeat(300)], expected: '€'.repeat(256) },
  { name: 'four-byte characters', values: ['😀'.repeat(300)], expected: '😀'.repeat(256) },
  { name: 'mixed', values: [`a${'😀'.repeat(300)}`], expected: `a${'😀'.repeat(255)}` },
  { name: 'Latin-1', values: [bytes('4a 6f 73 e9')], expected: 'Jos\ufffd' },
  { name: 'a byte that begins nothing', values: [bytes('ff')], expected: '\ufffd' },
  { name: 'an over-long form', values: [bytes('61 c0 af')], expected: 'a\ufffd\ufffd' },
  { name: 'a surrogate', values: [bytes('ed a0 80')], expected: '\ufffd\ufffd\ufffd' },
  { name: 'a sequence cut short at the end', values: [bytes('61 e2 82')], expected: 'a\ufffd\ufffd' },
  { name: 'ill-formed behind the cut', values: [`${'a'.repeat(256)}\n\0`], expected: 'a'.repeat(256) },
  { name: 'NUL', values: ['a\0b'], expected: 'a\ufffdb' },
  { name: 'line feed', values: ['a\nb'], expected: 'a\ufffdb' },
  { name: 'tab', values: ['a\tb'], expected: 'a\ufffdb' },
  { name: 'escape', values: ['\u001b[31m'], expected: '\ufffd[31m' },
  { name: 'delete', values: ['a\u007f'], expected: 'a\ufffd' },
  { name: 'a C1 control character', values: ['a\u0085b'], expected: 'a\ufffdb' },
];

describe('a header', () => {
  const { vm, root } = startFilter();

  test.each(HEADERS)('$name', ({ values, expected }) => {
    const headers: Headers = values.map((value) => ['x-user-id', value]);
    expect(request(vm, root, { headers })).toEqual({ 'user.id': expected, cluster: 'east' });
    expect(vm.outOfBounds).toBe(0);
    // What it left in the arena hurts no later request.
    expect(request(vm, root, { headers: [['x-user-id', 'bob']] })).toMatchObject({ 'user.id': 'bob' });
  });

  test('is found whatever the case of its name', () => {
    const named = startFilter({ attributes: [{ key: 'k', from: [{ header: 'X-Request-ID' }] }] });
    expect(request(named.vm, named.root, { headers: [['x-rEQUEST-id', 'r1']] })).toEqual({ k: 'r1' });
  });
});

interface ChainCase {
  readonly name: string;
  readonly headers: Headers;
  readonly properties?: PropertyTree;
  readonly expected: string;
}

/** Sources: header a, header b, property p. Default: `none`. */
const CHAIN: readonly ChainCase[] = [
  {
    name: 'the first',
    headers: [
      ['b', '2'],
      ['a', '1'],
    ],
    properties: { p: '3' },
    expected: '1',
  },
  { name: 'the second, the first missing', headers: [['b', '2']], properties: { p: '3' }, expected: '2' },
  {
    name: 'the second, the first empty',
    headers: [
      ['a', ''],
      ['b', '2'],
    ],
    expected: '2',
  },
  {
    name: 'the second, the first repeated',
    headers: [
      ['a', '1'],
      ['a', '1'],
      ['b', '2'],
    ],
    expected: '2',
  },
  {
    name: 'the second, the first too large',
    headers: [
      ['a', 'a'.repeat(LIMIT + 1)],
      ['b', '2'],
    ],
    expected: '2',
  },
  {
    name: 'the first, cut',
    headers: [
      ['a', '123456789'],
      ['b', '2'],
    ],
    expected: '12345',
  },
  {
    name: 'the property',
    headers: [['b', '']],
    properties: { p: '3' },
    expected: '3',
  },
  { name: 'the default, the property empty', headers: [], properties: { p: '' }, expected: 'none' },
  {
    name: 'the default, the property a record',
    headers: [],
    properties: { p: { q: '1' } },
    expected: 'none',
  },
  // Numbers come as eight bytes; until a source decodes them they are not a text.
  { name: 'the default, the property an integer', headers: [], properties: { p: 1n }, expected: 'none' },
  { name: 'the default, the property a boolean', headers: [], properties: { p: true }, expected: 'none' },
  { name: 'the default', headers: [], expected: 'none' },
];

describe('the first source with a value that passes', () => {
  const { vm, root } = startFilter({
    attributes: [
      {
        key: 'k',
        from: [{ header: 'a' }, { header: 'b' }, { property: 'p' }],
        default: 'none',
        maxLength: 5,
      },
    ],
  });

  test.each(CHAIN)('$name', ({ headers, properties, expected }) => {
    expect(request(vm, root, { headers, ...(properties && { properties }) })).toEqual({ k: expected });
  });

  test('nothing at all where there is no default', () => {
    const bare = startFilter({ attributes: [{ key: 'k', from: [{ header: 'a' }] }] });
    expect(request(bare.vm, bare.root, { headers: [['a', '']] })).toEqual({});
    expect(request(bare.vm, bare.root, {})).toEqual({});
  });
});

// What is about the node is resolved at configuration, by the same rules as a request's values.
describe('a value of the node', () => {
  const CLUSTER = {
    attributes: [{ key: 'cluster', from: [{ node: 'CLUSTER_ID' }, { property: 'xds.node.cluster' }] }],
  };

  function clusterOf(id: Value | undefined): Record<string, string> {
    const metadata: PropertyTree = id === undefined ? {} : { CLUSTER_ID: id };
    const proxy = new ProxyProcess({ xds: { node: { cluster: 'orders', metadata } } });
    const { vm, root } = startFilter(CLUSTER, proxy);
    return request(vm, root, {});
  }

  test('is read once', () => {
    expect(clusterOf('east')).toEqual({ cluster: 'east' });
  });

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['not UTF-8', bytes('ff')],
    ['with a control character', 'ea\nst'],
  ])('that is %s leaves the place to the next source', (_name, id) => {
    expect(clusterOf(id)).toEqual({ cluster: 'orders' });
  });
});

// 2 MB of headers do not pass Envoy's own limits, but those limits are settings.
test('all values of a request together may pass the limit: those that still fit are set', () => {
  const names = Array.from({ length: 20 }, (_, i) => `h${i}`);
  const { vm, root } = startFilter({
    attributes: names.map((name) => ({ key: name, from: [{ header: name }], default: 'no', maxLength: 3 })),
  });
  const headers: Headers = names.map((name) => [name, name + 'x'.repeat(100_000)]);
  // Ten times 100 KB go into the 1 MiB; afterwards each gets its default.
  const expected = names.map((name, i) => [name, i < 10 ? `${name}x`.slice(0, 3) : 'no']);
  for (let i = 0; i < 3; i++) expect(request(vm, root, { headers })).toEqual(Object.fromEntries(expected));
  expect(request(vm, root, { headers: [['h19', 'ok']] })).toMatchObject({ h19: 'ok', h0: 'no' });
});

test('a host that refuses filter state leaves the request alone', () => {
  const { vm, root } = startFilter();
  vm.fault = (name) => (name === 'proxy_set_property' ? 10 : undefined);
  expect(request(vm, root, { headers: [['x-user-id', 'alice']] })).toEqual({});
});

test('a host that has no headers in this phase gives the defaults', () => {
  const { vm, root } = startFilter();
  vm.fault = (name) => (name.startsWith('proxy_get_header_map') ? 2 : undefined);
  expect(request(vm, root, { headers: [['x-user-id', 'alice']] })).toEqual({
    'user.id': ANONYMOUS,
    cluster: 'east',
  });
});

test('a root context that was never configured sets nothing', () => {
  const vm = new ProxyProcess(ISTIO_NODE).startVm(filterModule);
  expect(request(vm, vm.createRoot(PLUGIN), { headers: [['x-user-id', 'alice']] })).toEqual({});
});

test('"ambiguous": "first" takes the first value of a repeated header', () => {
  const { vm, root } = startFilter({
    attributes: [
      { key: 'a', from: [{ header: 'h' }], ambiguous: 'first' },
      { key: 'b', from: [{ header: 'h' }, { header: 'i' }], ambiguous: 'reject' },
    ],
  });
  const headers: Headers = [
    ['h', 'one'],
    ['i', 'only'],
    ['H', 'two'],
  ];
  expect(request(vm, root, { headers })).toEqual({ a: 'one', b: 'only' });
});

test('two names of one length, and names of more than 62 characters, are told apart', () => {
  const names = ['x-a', 'x-b', `x-${'l'.repeat(80)}`, `x-${'m'.repeat(80)}`, `x-${'l'.repeat(81)}`];
  const { vm, root } = startFilter({
    attributes: names.map((name, i) => ({ key: `k${i}`, from: [{ header: name }] })),
  });
  const headers: Headers = names.map((name, i) => [name, `value ${i}`]);
  expect(request(vm, root, { headers })).toEqual(
    Object.fromEntries(names.map((_, i) => [`k${i}`, `value ${i}`])),
  );
});

test('more names than there is room for: those that have none have no value, the others do', () => {
  const names = Array.from({ length: 300 }, (_, i) => `h-${i}`);
  const { proxy, vm, root } = startFilter({
    attributes: Array.from({ length: 100 }, (_, i) => ({
      key: `k${i}`,
      from: names.slice(i * 3, i * 3 + 3).map((header) => ({ header })),
      default: 'no',
    })),
  });
  expect(proxy.log.map(({ message }) => message)).toEqual([
    'MESHSPAN_CONFIG_VALUE at $.attributes: expected at most 255 different headers, got 45 more; ' +
      'the sources that are too many are skipped, the others work',
  ]);
  const headers: Headers = names.map((name) => [name, 'yes']);
  const values = Object.values(request(vm, root, { headers }));
  expect(values).toEqual([...Array(85).fill('yes'), ...Array(15).fill('no')]);
});
