import { describe, expect, test } from 'vitest';
import { Status } from './abi.ts';
import { show, toBytes } from './bytes.ts';
import { CallRecord } from './call-record.ts';
import { Context } from './context.ts';
import { GuestMemory } from './guest-memory.ts';
import { HeaderMap } from './header-map.ts';
import { Metrics, Stats } from './metrics.ts';
import { findProperty } from './properties.ts';
import { SharedData } from './shared-data.ts';

const bytes = toBytes;

/** The host stands in for Envoy in every other test here, so what it does as Envoy does is tested itself. */
describe('shared data (proxy-wasm-cpp-host src/shared_data.cc)', () => {
  test('a key that is not there is set whatever its number', () => {
    const shared = new SharedData();
    expect(shared.set(bytes('a'), bytes('1'), 0xffff_ffff)).toBe(Status.Ok);
    expect(shared.get(bytes('a'))?.value).toEqual(bytes('1'));
    expect(shared.get(bytes('b'))).toBeUndefined();
  });

  test('a key that is there is set by its number or by 0, and gets a new number', () => {
    const shared = new SharedData();
    shared.set(bytes('a'), bytes('1'), 0);
    const first = shared.get(bytes('a'))?.cas ?? 0;
    expect(shared.set(bytes('a'), bytes('2'), first + 1)).toBe(Status.CasMismatch);
    expect(shared.get(bytes('a'))?.value).toEqual(bytes('1'));
    expect(shared.set(bytes('a'), bytes('2'), first)).toBe(Status.Ok);
    expect(shared.set(bytes('a'), bytes('3'), first)).toBe(Status.CasMismatch);
    expect(shared.set(bytes('a'), bytes('4'), 0)).toBe(Status.Ok);
    expect(shared.get(bytes('a'))?.value).toEqual(bytes('4'));
  });
});

describe('properties (Envoy Context::getProperty)', () => {
  const tree = { a: { b: 'c', n: 2n, t: true, e: '' }, 'a.b': 'dotted', raw: Uint8Array.of(0xff) };

  test.each([
    ['a\0b', bytes('c')],
    ['a.b', bytes('dotted')],
    ['raw', Uint8Array.of(0xff)],
    ['a\0n', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0)],
    ['a\0t', Uint8Array.of(1)],
    ['a\0e', new Uint8Array()],
    ['a', undefined],
    ['a\0b\0c', undefined],
    ['a\0x', undefined],
    ['', undefined],
    ['toString', undefined],
    ['a\0b\0length', undefined],
  ])('%j', (path, expected) => {
    expect(findProperty(tree, bytes(path))).toEqual(expected);
  });
});

test('a header map gives the first of repeated values, by a name in any case', () => {
  const map = new HeaderMap([
    ['X-A', '1'],
    ['x-a', '2'],
    ['b', ''],
  ]);
  expect(map.size).toBe(3);
  expect(map.first(bytes('x-A'))).toEqual(bytes('1'));
  expect(map.first(bytes('b'))).toEqual(new Uint8Array());
  expect(map.first(bytes('c'))).toBeUndefined();
});

test('a header map changes by names in any case: add, replace all, remove all', () => {
  const map = new HeaderMap([
    ['a', '1'],
    ['A', '2'],
    ['b', 'é'],
  ]);
  expect(map.joined('A')).toEqual(Buffer.from('1,2'));
  expect(map.joined('c')).toBeUndefined();
  map.replace(bytes('A'), bytes('3'));
  map.add(bytes('B'), bytes('4'));
  expect(map.entries).toEqual([
    ['b', 'é'],
    ['a', '3'],
    ['b', '4'],
  ]);
  map.remove(bytes('b'));
  expect(map.entries).toEqual([['a', '3']]);
  map.remove(bytes('a'));
  expect(map.serialize()).toEqual(new Uint8Array());
});

// Envoy `Context::decodeHeaders` and `encodeHeaders` let the maps go when the module says to continue.
test('a context reaches the headers of its phase only, and their attributes follow them', () => {
  const stream = new Context(1, undefined, undefined, [{ request: { id: 'own' } }], true);
  stream.setHeaders('RequestHeaders', [
    ['x', '1'],
    ['x', '2'],
    [':path', '/a'],
  ]);
  const property = (path: string): string | undefined => {
    const value = stream.property(bytes(path.replaceAll('.', '\0')));
    return value === undefined ? undefined : Buffer.from(value).toString('utf8');
  };
  expect(stream.changeHeaders('RequestHeaders', () => expect.unreachable())).toBe(false);
  expect(property('request.headers.x')).toBeUndefined();
  stream.phase = 'RequestHeaders';
  expect([property('request.headers.X'), property('request.path'), property('request.id')]).toEqual([
    '1,2',
    '/a',
    'own',
  ]);
  expect(stream.routeCleared).toBe(false);
  expect(stream.changeHeaders('RequestHeaders', (map) => map.remove(bytes('x')))).toBe(true);
  expect(property('request.headers.x')).toBeUndefined();
  expect(stream.routeCleared).toBe(true);
  stream.phase = 'ResponseHeaders';
  stream.setHeaders('ResponseHeaders', [['y', '3']]);
  stream.addProperties({ response: { code: 200n } });
  expect(property('response.headers.y')).toBe('3');
  expect(stream.property(bytes('response\0code'))).toHaveLength(8);
  expect([property('request.path'), property('response.headers.x.y')]).toEqual([undefined, undefined]);
});

test('metrics: one value for a name, an id for each definition, counters only up', () => {
  const stats = new Stats();
  const vms = [new Metrics(stats), new Metrics(stats)] as const;
  const counter = vms[0].define(0, 'm') ?? 0;
  expect(vms[0].define(0, 'm')).not.toBe(counter);
  expect(vms[0].define(3, 'm')).toBeUndefined();
  expect(stats.value('m')).toBe(0n);
  const other = vms[1].define(0, 'm') ?? 0;
  expect([vms[0].increment(counter, 2n), vms[1].increment(other, 1n)]).toEqual([Status.Ok, Status.Ok]);
  expect(stats.value('m')).toBe(3n);
  expect(vms[0].increment(counter, -1n)).toBe(Status.BadArgument);
  expect(vms[0].increment(0, 1n)).toBe(Status.NotFound);
  expect(vms[0].increment(vms[0].define(2, 'h') ?? 0, 1n)).toBe(Status.BadArgument);
});

test('metrics: a gauge is set, goes up and down, and is one in all VMs', () => {
  const stats = new Stats();
  const vms = [new Metrics(stats), new Metrics(stats)] as const;
  const gauge = vms[0].define(1, 'g') ?? 0;
  const other = vms[1].define(1, 'g') ?? 0;
  const [counter, histogram] = [vms[0].define(0, 'c') ?? 0, vms[0].define(2, 'h') ?? 0];
  expect(gauge & 3).toBe(1);
  expect(vms[0].record(gauge, 7n)).toBe(Status.Ok);
  expect(vms[1].increment(other, -2n)).toBe(Status.Ok);
  expect(vms[0].get(gauge)).toEqual({ status: Status.Ok, value: 5n });
  vms[0].record(counter, 3n);
  vms[0].record(counter, 3n);
  expect(vms[0].get(counter).value).toBe(6n);
  expect([vms[0].record(histogram, 1n), vms[0].get(histogram).status]).toEqual([
    Status.Ok,
    Status.BadArgument,
  ]);
  expect([vms[0].record(99, 1n), vms[0].get(99).status]).toEqual([Status.NotFound, Status.NotFound]);
  expect(stats.names).toEqual(['g', 'c', 'h']);
});

test('the memory refuses what is outside of it, and follows its growth', () => {
  // A memory of one page, as a module of its own would have it.
  const buffer = { buffer: new ArrayBuffer(65_536) };
  const memory = new GuestMemory(buffer);
  expect(memory.write(65_532, bytes('abcd'))).toBe(true);
  expect(memory.write(65_533, bytes('abcd'))).toBe(false);
  expect(memory.read(65_532, 4)).toEqual(bytes('abcd'));
  expect(memory.read(65_533, 4)).toBeUndefined();
  expect(memory.read(-1, 1)).toBeUndefined();
  expect(memory.read(0, -1)).toBeUndefined();
  expect(memory.writeWord(65_534, 1)).toBe(false);
  buffer.buffer = new ArrayBuffer(131_072);
  expect(memory.writeLong(131_064, 1n)).toBe(true);
  expect(memory.read(131_064, 2)).toEqual(Uint8Array.of(1, 0));
});

describe('the record of calls', () => {
  test('shows bytes for people', () => {
    expect(show(bytes('a\0b'))).toBe('a␀b');
    expect(show(bytes('é"\n'))).toBe('é"\\n');
    expect(show(Uint8Array.of(0xff, 0x00))).toBe('0xff00');
    expect(show(bytes('v'.repeat(201)))).toBe('vvvvvvvv… 201 bytes');
  });

  test('holds nothing until it is started, and begins anew each time', () => {
    const record = new CallRecord();
    const call = { name: 'f', arguments: [bytes('a'), 1, undefined], status: 0, value: undefined };
    record.call(call);
    expect(record.calls).toEqual([]);
    record.start();
    record.call(call);
    record.entry('g');
    expect(record.calls).toEqual(['f(a, 1, out of bounds) = Ok']);
    expect(record.entries).toEqual(['g']);
    record.start();
    expect(record.calls).toEqual([]);
    record.stop();
    record.call(call);
    expect(record.calls).toEqual([]);
  });
});
