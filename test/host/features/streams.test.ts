import { describe, expect, test } from 'vitest';
import { attributesOf, configure, counters, exchange, type Filter, startFilter } from '../filter.ts';
import type { Context } from '../proxy/context.ts';
import type { Headers } from '../proxy/header-map.ts';

/** Two plugins in one VM: `a` looks at responses by attribute `a`, `b` by attribute `b`; `none` does not look. */
const plan = (name: string): object => ({
  attributes: [
    {
      key: name,
      from: [{ header: `x-${name}` }, { responseHeader: `y-${name}` }],
      to: { responseHeader: `z-${name}` },
    },
  ],
});
const responding = (i: number | string): { headers: Headers } => ({
  headers: [
    [':status', '200'],
    ['y-a', `a${i}`],
    ['y-b', `b${i}`],
  ],
});
const plain = { attributes: [{ key: 'c', from: [{ literal: 'c' }] }] };

function startTwo(): Filter & { other: Context; none: Context } {
  const filter = startFilter(plan('a'));
  const other = filter.vm.createRoot({ name: 'other', rootId: 'other' });
  configure(filter.vm, other, plan('b'));
  const none = filter.vm.createRoot({ name: 'none', rootId: 'none' });
  configure(filter.vm, none, plain);
  return { ...filter, other, none };
}

// The response's callback tells a stream's id only: what passed the request is what the filter remembers.
describe('streams between request and response', () => {
  test('thousands at a time, of two plugins, answered in any order, each as it should be', () => {
    const { vm, root, other, none } = startTwo();
    const open: { stream: Context; expected: Record<string, string>; i: number }[] = [];
    for (let i = 0; i < 6000; i++) {
      const [plugin, expected] = [
        [root, { a: `a${i}` }] as const,
        [other, { b: `b${i}` }] as const,
        [none, { c: 'c' }] as const,
      ][i % 3] as readonly [Context, Record<string, string>];
      const stream = vm.createStream(plugin, {});
      vm.requestHeaders(stream);
      open.push({ stream, expected, i });
    }
    // A stride that has no common divisor with the number visits each once.
    for (let n = 0; n < open.length; n++) {
      const entry = open[(n * 4391) % open.length];
      if (entry === undefined) continue;
      vm.responseHeaders(entry.stream, responding(entry.i));
      expect(attributesOf(entry.stream)).toEqual(entry.expected);
    }
  });

  test('those that never get a response are forgotten, and take no memory', () => {
    const { vm, root } = startTwo();
    let memory = 0;
    for (let i = 0; i < 200_000; i++) {
      const stream = vm.createStream(root, {});
      vm.requestHeaders(stream);
      vm.destroy(stream);
      if (i === 1000) memory = vm.memory.size;
    }
    expect(vm.memory.size).toBe(memory);
    expect(exchange({ vm, root } as Filter, {}, responding(1)).attributes).toEqual({ a: 'a1' });
  });

  test('long streams stay known while many short ones come and go', () => {
    const { vm, root, proxy } = startTwo();
    const started = Array.from({ length: 300 }, () => {
      const stream = vm.createStream(root, {});
      vm.requestHeaders(stream);
      return stream;
    });
    for (let i = 0; i < 5000; i++) exchange({ vm, root, proxy }, {}, i % 2 === 0 ? responding(i) : undefined);
    for (const [i, stream] of started.entries()) {
      vm.responseHeaders(stream, responding(i));
      expect(attributesOf(stream)).toEqual({ a: `a${i}` });
    }
  });

  test('a second response to a stream, or one to a stream without a request, does nothing', () => {
    const { vm, root } = startTwo();
    const stream = vm.createStream(root, {});
    vm.requestHeaders(stream);
    vm.responseHeaders(stream, responding(1));
    vm.record.start();
    vm.responseHeaders(stream, responding(2));
    vm.responseHeaders(vm.createStream(root, {}), responding(3));
    vm.call('proxy_on_response_headers', 123_456, 1, 1);
    vm.call('proxy_on_response_headers', 0, 1, 1);
    vm.call('proxy_on_response_headers', -1, 1, 1);
    expect(vm.record.calls).toEqual([]);
    expect(attributesOf(stream)).toEqual({ a: 'a1' });
  });

  // proxy-wasm-cpp-host `WasmBase::allocContextId` begins anew after 2^32 of them.
  test('an id that comes again is that of the new stream', () => {
    const { vm, root, other, none } = startTwo();
    for (const [plugin, expected] of [
      [other, { b: 'b1' }],
      [root, { a: 'a1' }],
      [none, { c: 'c' }],
    ] as const) {
      const gone = vm.createStream(root, {});
      vm.requestHeaders(gone);
      vm.destroy(gone);
      const stream = vm.createStream(plugin, {}, gone.id);
      vm.requestHeaders(stream);
      vm.responseHeaders(stream, responding(1));
      expect(attributesOf(stream)).toEqual(expected);
      vm.destroy(stream);
    }
  });

  test('a configuration that comes in between is not taken for the one of the request', () => {
    const { vm, root } = startTwo();
    const streams = [0, 1, 2].map(() => {
      const stream = vm.createStream(root, { headers: [['x-a', 'early']] });
      vm.requestHeaders(stream);
      return stream;
    });
    configure(vm, root, plan('b'));
    for (const stream of streams) {
      expect(vm.responseHeaders(stream, responding(1))).toBe(0);
      expect(attributesOf(stream)).toEqual({ a: 'early' });
    }
    expect(exchange({ vm, root } as Filter, {}, responding(2)).attributes).toEqual({ b: 'b2' });
  });

  test('streams of a plugin that is gone are answered without it', () => {
    const { vm, root, other } = startTwo();
    const stream = vm.createStream(root, {});
    vm.requestHeaders(stream);
    vm.destroy(root);
    configure(vm, other, plan('a'));
    expect(vm.responseHeaders(stream, responding(1))).toBe(0);
    expect(attributesOf(stream)).toEqual({});
  });

  test('more streams than the table takes: those beyond it are told of by a counter, none is mixed', () => {
    const filter = startTwo();
    const { vm, root, other } = filter;
    const streams: { stream: Context; name: string; i: number }[] = [];
    for (let i = 0; i < 70_000; i++) {
      const name = i % 2 === 0 ? 'a' : 'b';
      const stream = vm.createStream(name === 'a' ? root : other, {});
      vm.requestHeaders(stream);
      streams.push({ stream, name, i });
    }
    let answered = 0;
    for (const { stream, name, i } of streams) {
      vm.responseHeaders(stream, responding(i));
      const attributes = attributesOf(stream);
      if (Object.keys(attributes).length === 0) continue;
      answered++;
      expect(attributes).toEqual({ [name]: `${name}${i}` });
    }
    expect(answered).toBeGreaterThanOrEqual(65_536);
    expect(counters(filter).untracked).toBe(streams.length - answered);
  });
});

test('a plugin that does not look at responses is not asked of them', () => {
  const { vm, root } = startFilter(plain);
  vm.record.start();
  exchange({ vm, root } as Filter, {}, responding(1));
  expect(vm.record.calls).toEqual(['proxy_set_property(meshspan.c, c) = Ok']);
});
