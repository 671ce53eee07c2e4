import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configuration, configurationBytes, headers, properties, wireValue } from './arbitraries.ts';
import { attributesOf, filterModule, PLUGIN } from './filter.ts';
import { expectedAttributes, govern } from './model.ts';
import { Status } from './proxy/abi.ts';
import type { Context } from './proxy/context.ts';
import type { PropertyTree } from './proxy/properties.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';
import type { Vm } from './proxy/vm.ts';

/** More of them for a long run: `MESHSPAN_RANDOM_CASES=200000`. */
const CASES = Number(process.env.MESHSPAN_RANDOM_CASES ?? 25_000);
const TIME = 120_000 + CASES * 10;
/** Memory of a VM after some small configurations and requests with values up to 40 KB. */
const SMALL = 1024 * 1024;
const LIMIT = 1024 * 1024;

/** An address that the arena gives first whenever it is empty: that of its fixed block. */
const EMPTY = new ProxyProcess().startVm(filterModule).call('proxy_on_memory_allocate', 8);

/** Only resets: the filter knows no such stream. */
function reset(vm: Vm): void {
  vm.call('proxy_on_request_headers', 0xffff_ffff, 0, 1);
}

/** A sound module: nothing outside its memory, an arena that is empty after a reset, memory in bounds. */
function expectSound(vm: Vm): void {
  expect(vm.outOfBounds).toBe(0);
  reset(vm);
  expect(vm.call('proxy_on_memory_allocate', 8)).toBe(EMPTY);
  expect(vm.memory.size).toBeLessThanOrEqual(SMALL);
}

/** What stands on a span must be text, whatever came in. */
function expectText(stream: Context): void {
  for (const value of stream.filterState?.values() ?? []) {
    expect(value.length).toBeGreaterThan(0);
    expect(govern(value, 4096, true)).toBe(Buffer.from(value).toString('utf8'));
  }
}

test(
  'any right configuration and any request: what the model says',
  () => {
    const node = fc.dictionary(fc.constantFrom('CLUSTER_ID', 'h', 'é'), wireValue, { maxKeys: 3 });
    const property = fc.property(configuration, headers, properties, node, (json, given, tree, metadata) => {
      const proxy = new ProxyProcess({ xds: { node: { metadata } } });
      const vm = proxy.startVm(filterModule);
      const root = vm.createRoot(PLUGIN);
      expect(vm.configure(root, JSON.stringify(json))).toBe(true);
      expect(proxy.log).toEqual([]);
      const stream = vm.createStream(root, { headers: given, properties: tree });
      expect(vm.requestHeaders(stream)).toBe(0);
      const expected = expectedAttributes(json, given, [tree, proxy.properties]);
      expect(attributesOf(stream)).toEqual(Object.fromEntries(expected));
      expectSound(vm);
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.4) });
  },
  TIME,
);

type Step =
  | { readonly do: 'configure'; readonly root: number; readonly bytes: Uint8Array }
  | { readonly do: 'request'; readonly root: number; readonly headers: [string, Uint8Array][] }
  | { readonly do: 'create ahead' | 'destroy' | 'wait'; readonly root: number };

const root = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('configure'), root, bytes: configurationBytes }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('request'), root, headers }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('create ahead', 'destroy', 'wait'), root }),
  },
) as fc.Arbitrary<Step>;

/** Host calls that fail, by their number since the start, and how. */
const faults: fc.Arbitrary<Map<number, number>> = fc
  .array(fc.tuple(fc.nat({ max: 40 }), fc.constantFrom(...Object.values(Status), 255, 0xffff_ffff)), {
    maxLength: 12,
  })
  .map((pairs) => new Map(pairs));

/** Takes the steps on a VM; roots are made when they are first named, and anew when they were destroyed. */
function take(proxy: ProxyProcess, vm: Vm, steps: readonly Step[], tree: PropertyTree): void {
  const roots: (Context | undefined)[] = [];
  for (const step of steps) {
    const context = roots[step.root] ?? vm.createRoot({ name: `p${step.root}`, rootId: 'r' });
    roots[step.root] = context;
    if (step.do === 'configure') {
      expect(vm.configure(context, step.bytes)).toBe(true);
    } else if (step.do === 'request') {
      const stream = vm.createStream(context, { headers: step.headers, properties: tree });
      expect(vm.requestHeaders(stream)).toBe(0);
      expectText(stream);
      vm.destroy(stream);
    } else if (step.do === 'create ahead') {
      vm.createStream(context);
    } else if (step.do === 'destroy') {
      vm.destroy(context);
      roots[step.root] = undefined;
    } else {
      proxy.advance(30);
    }
  }
}

test(
  'any configuration, any headers, any host calls failing: no trap, and the arena is empty after',
  () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 8 });
    const property = fc.property(steps, properties, faults, (all, tree, failing) => {
      const proxy = new ProxyProcess({ xds: { node: { cluster: 'c', metadata: tree } } });
      const vm = proxy.startVm(filterModule);
      let calls = 0;
      vm.fault = () => failing.get(calls++);
      take(proxy, vm, all, tree);
      expectSound(vm);
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.5) });
  },
  TIME,
);

test(
  'the same in one VM that lives on: it keeps its whole arena and a flat memory',
  () => {
    const proxy = new ProxyProcess();
    const vm = proxy.startVm(filterModule);
    reset(vm);
    vm.call('proxy_on_memory_allocate', LIMIT);
    reset(vm);
    const bound = vm.memory.size + SMALL;
    const property = fc.property(
      fc.array(step, { maxLength: 6 }),
      properties,
      faults,
      (all, tree, failing) => {
        let calls = 0;
        vm.fault = () => failing.get(calls++);
        take(proxy, vm, all, tree);
        expect(vm.outOfBounds).toBe(0);
        reset(vm);
        expect(vm.call('proxy_on_memory_allocate', 8)).toBe(EMPTY);
        expect(vm.call('proxy_on_memory_allocate', LIMIT)).not.toBe(0);
        expect(vm.memory.size).toBeLessThanOrEqual(bound);
        reset(vm);
      },
    );
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.1) });
  },
  TIME,
);
