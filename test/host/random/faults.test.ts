import fc from 'fast-check';
import { test } from 'vitest';
import { anyModule, CASES, TIME, Vms } from './sound.ts';
import { faults, steps, take } from './steps.ts';
import { nodeMetadata } from './values.ts';

test(
  'any configuration, any callbacks, any host calls failing: no trap, and the arena is empty after',
  () => {
    const vms = new Vms(20);
    const property = fc.property(anyModule, steps, nodeMetadata, faults, (module, all, metadata, fault) => {
      vms.with(module, (vm) => {
        let calls = 0;
        vm.fault = (name) => fault(name, calls++);
        take(vm, all, { xds: { node: { cluster: 'c', metadata } } });
      });
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.5) });
  },
  TIME,
);
