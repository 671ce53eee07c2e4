import { expect, test } from 'vitest';
import { attributesOf, configure, istioProxy, PLUGIN, request, requestModule } from './filter.ts';
import { Status } from './proxy/abi.ts';
import type { Context } from './proxy/context.ts';
import type { Vm } from './proxy/vm.ts';

/**
 * `meshspan-request.wasm` is told of no stream whose it is. Where a VM has several root contexts, it must not take one
 * for another all the same: plugins that share it, and an old configuration beside the new one.
 */
const plan = (name: string): object => ({ attributes: [{ key: name, from: [{ header: 'h' }] }] });
const given = (value: string): { headers: [string, string][] } => ({ headers: [['h', value]] });
const EVALUATE = /^proxy_call_foreign_function\(expr_evaluate,/;

function start(...names: readonly string[]): { vm: Vm; roots: Context[] } {
  const vm = istioProxy().startVm(requestModule);
  return { vm, roots: names.map((name) => add(vm, name)) };
}

function add(vm: Vm, name: string): Context {
  // The old and the new configuration of a plugin have the same name and root id.
  const root = vm.createRoot(PLUGIN);
  configure(vm, root, plan(name));
  return root;
}

/** How often Envoy is asked whose the stream is. */
function asked(vm: Vm, act: () => void): number {
  vm.record.start();
  act();
  return vm.record.calls.filter((call) => EVALUATE.test(call)).length;
}

test('one root context: nobody is asked', () => {
  const { vm, roots } = start('a');
  const [a] = roots as [Context];
  expect(asked(vm, () => expect(request(vm, a, given('1'))).toEqual({ a: '1' }))).toBe(0);
  // Also when it is configured again.
  configure(vm, a, plan('b'));
  expect(asked(vm, () => expect(request(vm, a, given('2'))).toEqual({ b: '2' }))).toBe(0);
});

test('several: each stream has the attributes of its own, in any order', () => {
  const names = ['a', 'b', 'c'];
  const { vm, roots } = start(...names);
  const streams = Array.from({ length: 300 }, (_, i) => {
    const at = (i * 7) % 3;
    return { name: names[at] ?? '', stream: vm.createStream(roots[at] as Context, given(`${i}`)), i };
  });
  for (const { stream } of streams.toReversed()) vm.requestHeaders(stream);
  for (const { name, stream, i } of streams) expect(attributesOf(stream)).toEqual({ [name]: `${i}` });
});

test('a new configuration beside the old one, until that has gone', () => {
  const { vm, roots } = start('old');
  const [old] = roots as [Context];
  const fresh = add(vm, 'new');
  const both = (): void => {
    expect(request(vm, old, given('1'))).toEqual({ old: '1' });
    expect(request(vm, fresh, given('2'))).toEqual({ new: '2' });
  };
  expect(asked(vm, both)).toBe(2);
  vm.tick(fresh);
  expect(asked(vm, both)).toBe(2);
  vm.destroy(old);
  // Until the next tick it is not known.
  const one = (): void => expect(request(vm, fresh, given('3'))).toEqual({ new: '3' });
  expect(asked(vm, one)).toBe(1);
  vm.tick(fresh);
  expect(asked(vm, one)).toBe(0);
  expect(asked(vm, () => expect(request(vm, add(vm, 'next'), given('4'))).toEqual({ next: '4' }))).toBe(1);
});

test('a root context that has refused its configuration has no attributes of another', () => {
  const { vm, roots } = start('a');
  const [a] = roots as [Context];
  const strict = vm.createRoot(PLUGIN);
  expect(vm.configure(strict, '{"strict":true,"unknown":1}')).toBe(false);
  expect(request(vm, strict, given('1'))).toEqual({});
  expect(request(vm, a, given('2'))).toEqual({ a: '2' });
});

test('on a host without expressions, and where they fail, several have no attributes rather than wrong ones', () => {
  const vm = istioProxy().startVm(requestModule);
  vm.fault = (name) => (name === 'proxy_call_foreign_function' ? Status.NotFound : undefined);
  const a = add(vm, 'a');
  expect(request(vm, a, given('1'))).toEqual({ a: '1' });
  const b = add(vm, 'b');
  for (const root of [a, b]) expect(request(vm, root, given('2'))).toEqual({});
  vm.fault = undefined;
  for (const root of [a, b]) expect(request(vm, root, given('3'))).toEqual({});
});
