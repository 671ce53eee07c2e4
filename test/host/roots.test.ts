import { describe, expect, test } from 'vitest';
import { attributesOf, configure, filterModule, istioProxy, PLUGIN, request, startFilter } from './filter.ts';
import type { Context } from './proxy/context.ts';
import type { Vm } from './proxy/vm.ts';

/** Istio sets no `vm_id`, so plugins of one image share a VM: here `a` and `b`, which read one header each. */
function startTwo(): { vm: Vm; a: Context; b: Context } {
  const { vm, root: a } = startFilter(plan('a'));
  const b = vm.createRoot({ name: 'other', rootId: 'other-root' });
  configure(vm, b, plan('b'));
  return { vm, a, b };
}

function plan(name: string): object {
  return { attributes: [{ key: name, from: [{ header: `x-${name}` }], default: `no ${name}` }] };
}

/** A request that both plugins could read something of. */
function headers(value: string | number): { headers: [string, string][] } {
  return {
    headers: [
      ['x-a', `a${value}`],
      ['x-b', `b${value}`],
    ],
  };
}

// One filter that shows a user the attributes of another plugin's rules may leak what those were to keep.
describe('two plugins in one VM', () => {
  test('each has its own configuration, in any order of requests', () => {
    const { vm, a, b } = startTwo();
    let seed = 1;
    for (let i = 0; i < 2000; i++) {
      seed = (seed * 48271) % 0x7fffffff;
      const [root, name] = seed % 2 === 0 ? ([a, 'a'] as const) : ([b, 'b'] as const);
      expect(request(vm, root, headers(i))).toEqual({ [name]: `${name}${i}` });
    }
  });

  test('streams that are open at the same time do not mix', () => {
    const { vm, a, b } = startTwo();
    const open: [Context, string, number][] = [];
    for (let i = 0; i < 500; i++) {
      const [root, name] = i % 3 === 0 ? ([a, 'a'] as const) : ([b, 'b'] as const);
      const stream = vm.createStream(root, headers(i));
      vm.requestHeaders(stream, false);
      open.push([stream, name, i]);
      if (i % 7 === 0) vm.destroy(open[Math.floor(i / 2)]?.[0] as Context);
    }
    for (const [stream, name, i] of open) expect(attributesOf(stream)).toEqual({ [name]: `${name}${i}` });
  });

  test('a host that creates streams ahead of their callbacks gets no attributes rather than wrong ones', () => {
    const { vm, a, b } = startTwo();
    const early = vm.createStream(a, headers(1));
    const late = vm.createStream(b, headers(2));
    expect(vm.requestHeaders(early)).toBe(0);
    expect(vm.requestHeaders(late)).toBe(0);
    expect(attributesOf(early)).toEqual({});
    expect(attributesOf(late)).toEqual({ b: 'b2' });
  });

  test('the second one configured does not change the first', () => {
    const { vm, a, b } = startTwo();
    configure(vm, b, '');
    expect(request(vm, a, headers(1))).toEqual({ a: 'a1' });
    expect(request(vm, b, headers(1))).toEqual({ 'user.id': 'anonymous', cluster: 'east' });
  });

  test('a problem of one is told under its own name', () => {
    const { vm, b } = startTwo();
    vm.record.start();
    configure(vm, b, '{');
    expect(vm.record.calls.filter((call) => call.startsWith('proxy_get_property'))).toEqual([
      'proxy_get_property(xds␀node␀metadata␀CLUSTER_ID) = Ok east',
      'proxy_get_property(plugin_name) = Ok other',
      'proxy_get_property(plugin_root_id) = Ok other-root',
    ]);
  });
});

// A new configuration from the control plane reaches a proxy under load.
describe('a plugin that is configured anew', () => {
  test('while streams run: what is set stays, what comes gets the new configuration', () => {
    const { vm, root } = startFilter(plan('a'));
    const before = vm.createStream(root, headers(1));
    vm.requestHeaders(before, false);
    const between = vm.createStream(root, headers(2));
    configure(vm, root, plan('b'));
    vm.requestHeaders(between);
    expect(attributesOf(before)).toEqual({ a: 'a1' });
    expect(attributesOf(between)).toEqual({ b: 'b2' });
    expect(request(vm, root, headers(3))).toEqual({ b: 'b3' });
  });

  test('with mistakes falls back to the defaults, not to what was before', () => {
    const { vm, root } = startFilter(plan('a'));
    configure(vm, root, '{"attributes"');
    expect(request(vm, root, { headers: [['x-user-id', 'alice'], ...headers(1).headers] })).toEqual({
      'user.id': 'alice',
      cluster: 'east',
    });
  });

  test('as a new root context beside the old one, whose connections drain', () => {
    const { vm, root: old } = startFilter(plan('a'));
    const fresh = vm.createRoot(PLUGIN);
    // Until it is configured the new one has nothing to say.
    expect(request(vm, fresh, headers(0))).toEqual({});
    configure(vm, fresh, plan('b'));
    expect(request(vm, old, headers(1))).toEqual({ a: 'a1' });
    expect(request(vm, fresh, headers(2))).toEqual({ b: 'b2' });
    vm.destroy(old);
    expect(request(vm, fresh, headers(3))).toEqual({ b: 'b3' });
  });
});

// Without `proxy_on_delete`, which would cost every request a VM entry, the filter has to ask.
test('a root context that is gone is forgotten at the next configuration', () => {
  const vm = istioProxy().startVm(filterModule);
  const roots = [1, 2, 3].map(() => vm.createRoot(PLUGIN));
  for (const root of roots) configure(vm, root, plan('a'));
  const [first, second, third] = roots as [Context, Context, Context];
  vm.destroy(first);
  vm.destroy(second);
  const asked = (): string[] => {
    vm.record.start();
    configure(vm, third, plan('a'));
    return vm.record.calls.filter((call) => call.startsWith('proxy_set_effective_context'));
  };
  expect(asked()).toEqual([
    `proxy_set_effective_context(${first.id}) = BadArgument`,
    `proxy_set_effective_context(${second.id}) = BadArgument`,
    `proxy_set_effective_context(${third.id}) = Ok`,
  ]);
  expect(asked()).toEqual([`proxy_set_effective_context(${third.id}) = Ok`]);
});
