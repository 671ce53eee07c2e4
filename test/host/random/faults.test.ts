import fc from 'fast-check';
import { test } from 'vitest';
import { filterModule } from '../filter.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import { CASES, expectSound, TIME } from './sound.ts';
import { faults, step, take } from './steps.ts';
import { nodeMetadata } from './values.ts';

/** What a VM has grown to at the most, with some configurations and values of 1 MiB. */
const BOUND = 4 * 1024 * 1024;

test(
  'any configuration, any callbacks, any host calls failing: no trap, and the arena is empty after',
  () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 10 });
    const property = fc.property(steps, nodeMetadata, faults, (all, metadata, fault) => {
      const proxy = new ProxyProcess({ xds: { node: { cluster: 'c', metadata } } }, { REGION: 'eu' });
      const vm = proxy.startVm(filterModule);
      let calls = 0;
      vm.fault = (name) => fault(name, calls++);
      take(vm, all);
      vm.fault = undefined;
      expectSound(vm, BOUND);
    });
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.4) });
  },
  TIME,
);
