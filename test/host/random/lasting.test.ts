import fc from 'fast-check';
import { test } from 'vitest';
import { anyModule, CASES, expectWholeArena, TIME, Vms } from './sound.ts';
import { faults, steps, take } from './steps.ts';

// A worker's VM lives as long as Envoy does.
test(
  'any callbacks in one VM that lives on: it keeps its whole arena and a flat memory',
  () => {
    const vms = new Vms(Number.POSITIVE_INFINITY);
    const property = fc.property(anyModule, steps, faults, (module, all, fault) => {
      vms.with(module, (vm) => {
        let calls = 0;
        vm.fault = (name) => fault(name, calls++);
        take(vm, all, {});
        vm.fault = undefined;
        expectWholeArena(vm);
      });
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.3) });
  },
  TIME,
);
