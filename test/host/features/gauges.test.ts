import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { counters, exchange, filterModule, PLUGIN, startFilter } from '../filter.ts';

const BUILD_INFO = /^meshspan_version=\.=(.*?);\.;meshspan_build_info$/;

test('build info is always 1, and its label is the version of the package', () => {
  const { proxy, vm } = startFilter();
  const names = proxy.stats.names.filter((name) => BUILD_INFO.test(name));
  expect(names).toHaveLength(1);
  const { version } = JSON.parse(
    readFileSync(new URL('../../../filter/package.json', import.meta.url), 'utf8'),
  ) as {
    version?: string;
  };
  expect(BUILD_INFO.exec(names[0] ?? '')?.[1]).toBe(version ?? '0.1.0');
  // A second VM adds nothing to it.
  const other = proxy.startVm(filterModule);
  other.configure(other.createRoot(PLUGIN), '');
  other.tick(other.createRoot(PLUGIN));
  expect(vm.proxy.stats.value(names[0] ?? '')).toBe(1n);
});

test('the memory of the largest VM so far, told at configuration and on the tick', () => {
  const large = startFilter();
  const { proxy } = large;
  const memory = (): number => Number(proxy.stats.value('meshspan_memory_bytes'));
  expect(memory()).toBe(large.vm.memory.size);
  const before = memory();
  exchange(large, { headers: [['x-user-id', 'v'.repeat(900_000)]] });
  expect(large.vm.memory.size).toBeGreaterThan(before);
  expect(memory()).toBe(before);
  large.vm.tick(large.root);
  expect(memory()).toBe(large.vm.memory.size);
  const vm = proxy.startVm(filterModule);
  const small = { proxy, vm, root: vm.createRoot(PLUGIN) };
  vm.configure(small.root, '');
  vm.tick(small.root);
  expect(small.vm.memory.size).toBeLessThan(large.vm.memory.size);
  expect(memory()).toBe(large.vm.memory.size);
});

test('a host that gives no metrics leaves requests as they are', () => {
  const filter = startFilter();
  filter.vm.fault = (name) => (name.includes('metric') ? 2 : undefined);
  const fresh = filter.vm.createRoot(PLUGIN);
  filter.vm.configure(
    fresh,
    JSON.stringify({ attributes: [{ key: 'k', from: [{ header: 'h' }], to: { metric: true } }] }),
  );
  const { attributes } = exchange(
    { ...filter, root: fresh },
    { headers: [['h', 'v']] },
    { headers: [[':status', '503']] },
  );
  expect(attributes).toEqual({ k: 'v' });
  expect(counters(filter)).toEqual({});
});
