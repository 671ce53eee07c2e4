import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributesOf, filterModule, PLUGIN } from '../filter.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import { expectedAttributes } from './model.ts';
import { configuration, headers, properties } from './modelled.ts';
import { CASES, expectSound, expectWholeArena, TIME } from './sound.ts';
import { faults, step, take } from './steps.ts';
import { nodeMetadata } from './values.ts';

/** Memory of a VM after some small configurations and requests with values up to 40 KB. */
const SMALL = 1024 * 1024;
/** With values of 1 MiB. */
const LARGE = 4 * SMALL;

test(
  'any right configuration and any request: what the model says',
  () => {
    const property = fc.property(
      configuration,
      headers,
      properties,
      nodeMetadata,
      (json, given, tree, metadata) => {
        const proxy = new ProxyProcess({ xds: { node: { metadata } } });
        const vm = proxy.startVm(filterModule);
        const root = vm.createRoot(PLUGIN);
        expect(vm.configure(root, JSON.stringify(json))).toBe(true);
        expect(proxy.log).toEqual([]);
        const stream = vm.createStream(root, { headers: given, properties: tree });
        expect(vm.requestHeaders(stream)).toBe(0);
        const expected = expectedAttributes(json, given, [tree, proxy.properties]);
        expect(attributesOf(stream)).toEqual(Object.fromEntries(expected));
        expectSound(vm, SMALL);
      },
    );
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.2) });
  },
  TIME,
);

// A worker's VM lives as long as Envoy does.
test(
  'any callbacks in one VM that lives on: it keeps its whole arena and a flat memory',
  () => {
    const proxy = new ProxyProcess();
    const vm = proxy.startVm(filterModule);
    const property = fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), faults, (all, fault) => {
      let calls = 0;
      vm.fault = (name) => fault(name, calls++);
      take(vm, all);
      vm.fault = undefined;
      expectSound(vm, LARGE);
      expectWholeArena(vm);
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.4) });
  },
  TIME,
);
