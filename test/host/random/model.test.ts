import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributesOf, PLUGIN } from '../filter.ts';
import { expectedAttributes, expectedHeaders } from './model.ts';
import { configuration, headers, properties } from './modelled.ts';
import { anyModule, CASES, TIME, Vms } from './sound.ts';
import { nodeMetadata } from './values.ts';

test(
  'any right configuration and any request: what the model says',
  () => {
    const vms = new Vms(20);
    const property = fc.property(
      anyModule,
      configuration,
      headers,
      properties,
      nodeMetadata,
      (module, json, given, tree, metadata) => {
        vms.with(module, (vm) => {
          const node = { xds: { node: { metadata } } };
          const root = vm.createRoot(PLUGIN, node);
          expect(vm.configure(root, JSON.stringify(json))).toBe(true);
          expect(vm.proxy.log).toEqual([]);
          const stream = vm.createStream(root, { headers: given, properties: { ...node, ...tree } });
          expect(vm.requestHeaders(stream)).toBe(0);
          const expected = expectedAttributes(json, given, [tree, node]);
          expect(attributesOf(stream)).toEqual(Object.fromEntries(expected));
          const { entries, changed } = expectedHeaders(json, given, expected);
          expect(stream.headerMaps.get('RequestHeaders')?.entries).toEqual(entries);
          expect(stream.routeCleared).toBe(changed);
          vm.destroy(stream);
          vm.destroy(root);
        });
      },
    );
    fc.assert(property, { numRuns: Math.ceil(CASES * 0.2) });
  },
  TIME,
);
