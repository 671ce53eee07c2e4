import { expect, test } from 'vitest';
import { configure, type Filter, request, startFilter } from './filter.ts';
import type { Headers } from './proxy/header-map.ts';

const LIMIT = 1024 * 1024;
const NAMES = [
  'requests',
  'attributes_set',
  'attributes_missing',
  'rejected',
  'ambiguous',
  'truncated',
  'overflow',
  'config_errors',
  'oversized',
];

/** What each kind of request adds to the counters, under a rule that is sensitive to all of them. */
const REQUESTS: readonly { name: string; headers: Headers; adds: Record<string, number> }[] = [
  { name: 'a value', headers: [['h', 'v']], adds: { attributes_set: 1 } },
  { name: 'none', headers: [], adds: { attributes_missing: 1 } },
  { name: 'an empty one', headers: [['h', '']], adds: { attributes_missing: 1 } },
  { name: 'one too long', headers: [['h', 'vvvvv']], adds: { attributes_set: 1, truncated: 1 } },
  {
    name: 'one that does not match',
    headers: [['h', 'V']],
    adds: { attributes_missing: 1, rejected: 1 },
  },
  {
    name: 'two',
    headers: [
      ['h', 'v'],
      ['h', 'w'],
    ],
    adds: { attributes_missing: 1, ambiguous: 1 },
  },
  {
    name: 'more headers than the arena takes, each of which it does',
    headers: [
      ['h', 'v'],
      ['other', 'x'.repeat(LIMIT)],
    ],
    adds: { attributes_set: 1, oversized: 1 },
  },
];

test.each(REQUESTS)('counters after the tick: $name', ({ headers, adds }) => {
  const filter = startFilter({
    attributes: [{ key: 'k', from: [{ header: 'h' }], maxLength: 4, pattern: '[a-z]+', maxDistinct: 2 }],
  });
  for (let i = 0; i < 3; i++) request(filter.vm, filter.root, { headers });
  expect(counted(filter)).toEqual({});
  filter.vm.tick(filter.root);
  const each = { requests: 1, ...adds };
  expect(counted(filter)).toEqual(Object.fromEntries(Object.entries(each).map(([name, n]) => [name, n * 3])));
  filter.vm.tick(filter.root);
  expect(counted(filter).requests).toBe(3);
});

test('values beyond maxDistinct', () => {
  const filter = startFilter({ attributes: [{ key: 'k', from: [{ header: 'h' }], maxDistinct: 2 }] });
  const values = ['a', 'b', 'c', 'a', 'd'].map(
    (h) => request(filter.vm, filter.root, { headers: [['h', h]] }).k,
  );
  expect(values).toEqual(['a', 'b', 'other', 'a', 'other']);
  filter.vm.tick(filter.root);
  expect(counted(filter)).toEqual({ requests: 5, attributes_set: 5, overflow: 2 });
});

test('a tick with nothing to tell calls nobody', () => {
  const { vm, root } = startFilter();
  vm.record.start();
  vm.tick(root);
  expect(vm.record.calls).toEqual([]);
});

test('the counters are defined once in a VM, and read 0 from the start', () => {
  const { proxy, vm, root } = startFilter();
  expect(NAMES.map((name) => proxy.stats.value(`meshspan_${name}`))).toEqual(NAMES.map(() => 0n));
  vm.record.start();
  configure(vm, root, '{}');
  expect(vm.record.calls.filter((call) => call.includes('define_metric'))).toEqual([]);
});

/** The filter's counters that are not 0, without what every name begins with. */
function counted({ proxy }: Filter): Record<string, number> {
  const values = NAMES.map((name) => [name, Number(proxy.stats.value(`meshspan_${name}`))] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== 0));
}
