import { expect, test } from 'vitest';
import { configure, filterModule, istioProxy, PLUGIN, request, startFilter } from './filter.ts';
import type { Context } from './proxy/context.ts';
import type { Headers } from './proxy/header-map.ts';

const KIB = 1024;
/** A page of WebAssembly's memory: the least by which it can grow. */
const PAGE = 64 * KIB;
const RECONFIGURATIONS = 10_000;
const REQUESTS = 100_000;
/** Milliseconds for a test that repeats itself so often; on an idle machine each takes a few seconds. */
const TIME = 600_000;
/** What a usual configuration leaves the VM with, however often it comes and goes. */
const USUAL = 1024 * KIB;

/** Numbers that look random and are the same in each run (Park and Miller). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 0x7fffffff;
    return state % below;
  };
}

/** Configurations of 1 to 30 attributes, every tenth broken. */
function configurationOf(number: number): string {
  const attributes = Array.from({ length: 1 + (number % 30) }, (_, i) => ({
    key: `key.${number % 17}.${i}`,
    from: [{ header: `x-header-${i}` }, { node: 'CLUSTER_ID' }, { property: `a.b${i}` }],
    default: 'd'.repeat((number * 7) % 100),
    ...(number % 3 === 0 && { maxLength: 1 + (number % 64) }),
  }));
  const text = JSON.stringify({ attributes });
  return number % 10 === 9 ? text.slice(0, -5) : text;
}

test(
  '10,000 configurations of one plugin keep the memory flat',
  () => {
    const { vm, root } = startFilter();
    let warm = 0;
    for (let i = 0; i < RECONFIGURATIONS; i++) {
      configure(vm, root, configurationOf(i));
      if (i === 300) warm = vm.memory.size;
    }
    expect(vm.memory.size - warm).toBeLessThanOrEqual(PAGE);
    expect(vm.memory.size).toBeLessThanOrEqual(USUAL);
    configure(vm, root, configurationOf(34));
    expect(request(vm, root, {})).toMatchObject({ 'key.0.0': 'east' });
  },
  TIME,
);

test(
  '10,000 plugins that come and go keep the memory flat',
  () => {
    const vm = istioProxy().startVm(filterModule);
    const draining: Context[] = [];
    let warm = 0;
    for (let i = 0; i < RECONFIGURATIONS; i++) {
      const root = vm.createRoot(PLUGIN);
      configure(vm, root, configurationOf(i));
      request(vm, root, {});
      draining.push(root);
      // Fails early: a VM that grows makes each further step slower.
      if (i % 1000 === 999) expect(vm.memory.size).toBeLessThanOrEqual(USUAL);
      // Old listeners drain for a while before Envoy lets them go.
      if (draining.length > 8) vm.destroy(draining.shift() as Context);
      if (i === 300) warm = vm.memory.size;
    }
    expect(vm.memory.size - warm).toBeLessThanOrEqual(PAGE);
    expect(vm.memory.size).toBeLessThanOrEqual(USUAL);
  },
  TIME,
);

test(
  '100,000 requests with values from 0 to 16 KB keep the memory flat',
  () => {
    const { vm, root } = startFilter();
    const random = sequence(7);
    const long = new Uint8Array(16 * KIB).fill(0x76);
    let warm = 0;
    for (let i = 0; i < REQUESTS; i++) {
      const headers: Headers = [
        ['x-user-id', long.subarray(0, random(16 * KIB + 1))],
        ['x-tenant-id', long.subarray(0, random(16 * KIB + 1))],
      ];
      const stream = vm.createStream(root, { headers });
      vm.requestHeaders(stream);
      vm.destroy(stream);
      if (i === 1000) warm = vm.memory.size;
    }
    expect(vm.memory.size).toBe(warm);
  },
  TIME,
);

test('requests of 300 KB leave what they need once, and no more', () => {
  const { vm, root } = startFilter();
  const random = sequence(11);
  const large = new Uint8Array(300 * KIB).fill(0x76);
  for (let i = 0; i < 2000; i++) {
    const stream = vm.createStream(root, {
      headers: [
        ['x-user-id', large.subarray(0, random(large.length))],
        ['x-tenant-id', large],
      ],
    });
    vm.requestHeaders(stream);
    vm.destroy(stream);
  }
  // Twice 300 KB at a time; AssemblyScript's allocator grows the memory by doubling it.
  expect(vm.memory.size).toBeLessThanOrEqual(2048 * KIB);
});

test('values that the host cannot place keep the memory flat', () => {
  const { vm, root } = startFilter();
  const tooLarge = 'v'.repeat(1024 * KIB + 1);
  const before = vm.memory.size;
  vm.record.start();
  for (let i = 0; i < 50; i++) {
    vm.requestHeaders(vm.createStream(root, { headers: [['x-user-id', tooLarge]] }));
  }
  // All at once does not go, so each is asked for, and this one does not go either.
  expect(vm.record.calls.slice(0, 2)).toEqual([
    'proxy_get_header_map_pairs(RequestHeaders) = InvalidMemoryAccess',
    'proxy_get_header_map_value(RequestHeaders, x-user-id) = InvalidMemoryAccess',
  ]);
  expect(vm.memory.size).toBe(before);
});

test.each([
  ['a text full of escapes', 'literal', '\\u0041', 170_000],
  ['a path of many parts', 'property', 'a.', 500_000],
  ['a path of empty parts', 'node', '.', 1_000_000],
  ['a long name', 'header', 'A', 1_000_000],
])('%s costs memory in proportion to its length', (_name, source, part, times) => {
  // About as large as the arena takes. A trap here would keep Envoy from starting.
  const from = `[{"${source}":"${part.repeat(times)}"}]`;
  const { proxy, vm, root } = startFilter(`{"attributes":[{"key":"k","from":${from}}]}`);
  expect(proxy.log).toEqual([]);
  expect(request(vm, root, {})).toEqual(source === 'literal' ? { k: 'A'.repeat(256) } : {});
  expect(vm.memory.size).toBeLessThanOrEqual(32 * KIB * KIB);
});
