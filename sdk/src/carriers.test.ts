import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Metadata } from '@grpc/grpc-js';
import { anything, array, assert, constantFrom, dictionary, oneof, property, tuple } from 'fast-check';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { caller } from '../test/callers.ts';
import { run } from './context.ts';
import { REFUSED_CHANNEL } from './diagnostics.ts';
import { extract, inject } from './index.ts';
import { uninstall } from './outbound/install.ts';

afterEach(uninstall);

const HEADERS = caller(1);
const ENTRIES = Object.entries(HEADERS);
const mapped = (change: (value: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(ENTRIES.map(([name, value]) => [name, change(value)]));

function metadata(): Metadata {
  const result = new Metadata();
  for (const [name, value] of ENTRIES) result.set(name, value);
  return result;
}

describe('extract() reads', () => {
  it.each<[string, object]>([
    ['a plain object', HEADERS],
    ['names in capitals', Object.fromEntries(ENTRIES.map(([name, value]) => [name.toUpperCase(), value]))],
    ['an object without a prototype', Object.assign(Object.create(null), HEADERS)],
    ['Headers', new Headers(HEADERS)],
    ['a Map', new Map(ENTRIES)],
    ['URLSearchParams', new URLSearchParams(HEADERS)],
    ['pairs', ENTRIES],
    ['a generator of pairs', new Map(ENTRIES).entries()],
    ['a flat list, as rawHeaders', ENTRIES.flat()],
    ['Buffers (KafkaJS)', mapped((value) => Buffer.from(value))],
    ['bytes', mapped((value) => new TextEncoder().encode(value))],
    ['lists of one Buffer (KafkaJS)', mapped((value) => [Buffer.from(value)])],
    ['one-entry objects (node-rdkafka)', ENTRIES.map(([name, value]) => ({ [name]: Buffer.from(value) }))],
    ['SQS attributes', mapped((value) => ({ DataType: 'String', StringValue: value }))],
    ['SQS binary ones', mapped((value) => ({ DataType: 'Binary', BinaryValue: Buffer.from(value) }))],
    ['SQS attributes as Lambda has them', mapped((value) => ({ dataType: 'String', stringValue: value }))],
    ['SNS attributes', mapped((value) => ({ Type: 'String', Value: value }))],
    ['gRPC Metadata', metadata()],
  ])('%s', (_form, carrier) => {
    expect(run(extract(carrier), () => inject({}))).toEqual(HEADERS);
  });

  it('text above ASCII from UTF-8', () => {
    expect(extract({ 'x-user-id': Buffer.from('Løvlace') }).identity).toEqual({ 'x-user-id': 'Løvlace' });
  });

  it('a number where an id is one', () => {
    expect(extract({ 'x-tenant-id': 42 }).identity).toEqual({ 'x-tenant-id': '42' });
  });

  it.each<[string, object | null | undefined]>([
    ['undefined', undefined],
    ['null', null],
    ['an empty object', {}],
    ['an empty list', []],
    ['values of other types', mapped(() => true)],
    ['nested objects', mapped((value) => ({ value: { value } }))],
    ['nulls', mapped(() => null)],
    ['lists of nothing', mapped(() => [])],
    ['holes', [undefined, null, 1, [undefined], [Symbol.iterator, 'x']]],
    ['symbols for names', { [Symbol('traceparent')]: 'x' }],
  ])('nothing from %s', (_what, carrier) => {
    expect(run(extract(carrier), () => inject({}))).toEqual({});
  });

  it('neither of two values under names that differ in case alone', () => {
    const both = { 'x-user-id': 'ada', 'X-User-Id': 'eve', 'x-tenant-id': ['acme', 'globex'] };
    expect(extract(both).identity).toEqual({});
  });

  it('nothing that a prototype or a setter could be hidden in', () => {
    const carrier = JSON.parse('{"__proto__": {"x-user-id": "eve"}, "constructor": "eve"}');
    expect(extract(carrier).identity).toEqual({});
    expect(({} as Record<string, unknown>)['x-user-id']).toBeUndefined();
  });

  it('what it can where a carrier throws, and says so', () => {
    const refusals: unknown[] = [];
    const listen = (message: unknown) => refusals.push(message);
    subscribe(REFUSED_CHANNEL, listen);
    onTestFinished(() => {
      unsubscribe(REFUSED_CHANNEL, listen);
    });
    const carrier = {
      'x-user-id': 'ada',
      get traceparent() {
        throw new Error('gone');
      },
    };
    expect(extract(carrier).trace).toBeUndefined();
    expect(refusals).toEqual([{ header: 'carrier', reason: 'malformed' }]);
  });
});

it('extract() throws at nothing', { timeout: 60_000 }, () => {
  const names = constantFrom('traceparent', 'X-B3-TraceId', 'baggage', 'x-user-id', '__proto__');
  const values = anything({ withMap: true, withSet: true, withTypedArray: true, withSparseArray: true });
  const carriers = oneof(values, dictionary(names, values), array(tuple(names, values)));
  const survives = property(carriers, (carrier) => {
    const headers = run(extract(carrier as object), () => inject({}));
    return Object.values(headers).every((value) => typeof value === 'string');
  });
  assert(survives, { numRuns: 20_000 });
});

describe('inject() writes', () => {
  const inCaller = <Result>(call: () => Result): Result => run(extract(HEADERS), call);

  it('to a Map and to Headers', () => {
    expect(inCaller(() => inject(new Map()))).toEqual(new Map(ENTRIES));
    expect(Object.fromEntries(inCaller(() => inject(new Headers())))).toEqual(HEADERS);
  });

  it('to gRPC Metadata', () => {
    expect(inCaller(() => inject(new Metadata())).getMap()).toEqual(HEADERS);
  });

  it('attributes of SQS, by a setter, which extract() reads again', () => {
    const set = (to: Record<string, object>, name: string, value: string) => {
      to[name] = { DataType: 'String', StringValue: value };
    };
    const attributes = inCaller(() => inject({} as Record<string, object>, { set }));
    expect(attributes.traceparent).toEqual({ DataType: 'String', StringValue: HEADERS.traceparent });
    expect(run(extract(attributes), () => inject({}))).toEqual(HEADERS);
  });

  it('to a list, by a setter (node-rdkafka)', () => {
    const set = (list: object[], name: string, value: string) => list.push({ [name]: value });
    const list = inCaller(() => inject([] as object[], { set }));
    expect(list).toHaveLength(ENTRIES.length);
    expect(run(extract(list), () => inject({}))).toEqual(HEADERS);
  });

  it('nothing over what is there, whatever the case of its name', () => {
    const own = { 'X-User-Id': 'own', 'X-Request-ID': Buffer.from('own') };
    const { traceparent, baggage } = HEADERS;
    expect(inCaller(() => inject({ ...own }))).toEqual({ ...own, traceparent, baggage });
  });

  it('no half of a trace beside another', () => {
    const other = { Traceparent: `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01` };
    const { traceparent, ...rest } = HEADERS;
    expect(inCaller(() => inject({ ...other }))).toEqual({ ...other, ...rest });
  });

  it('no identity and no baggage where they are not to go', () => {
    const { traceparent, 'x-request-id': requestId } = HEADERS;
    const carrier = inCaller(() => inject({}, { identity: false }));
    expect(carrier).toEqual({ traceparent, 'x-request-id': requestId });
  });

  // A slip in the one option that keeps identity in the mesh must not send it out.
  it.each([
    ['a misspelt name', { idenity: false }, /options\.idenity: .*Known are set, identity\./],
    ["the middleware's list of names", { identity: [] }, /options\.identity: .*got \[\]\. Write false/],
    ['null', { identity: null }, /options\.identity: .*got null\. Write false/],
    ['no options', null, /options: .*got null/],
  ])('nothing by options that are %s', (_what, options, message) => {
    const carrier = {};
    const call = () => inCaller(() => inject(carrier, options as object));
    expect(call).toThrow(expect.objectContaining({ code: 'MESHSPAN_ERR_OPTIONS' }));
    expect(call).toThrow(message);
    expect(carrier).toEqual({});
  });

  it.each([
    ['a list', []],
    ['a string', 'traceparent'],
    ['nothing', undefined],
  ])('nothing to %s, and says how', (_what, carrier) => {
    expect(() => inject(carrier as object)).toThrow(
      expect.objectContaining({ code: 'MESHSPAN_ERR_CARRIER', message: expect.stringContaining('set(') }),
    );
  });
});
