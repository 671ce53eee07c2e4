import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CARRIED } from '../context.ts';
import { REFUSED_CHANNEL, type Refusal } from '../diagnostics.ts';
import { formatB3Single } from '../formats/b3.ts';
import type { Format, TraceContext } from '../formats/trace-context.ts';
import { formatTraceparent } from '../formats/w3c.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { render, traceHeaders } from '../outbound/inject.ts';
import { extractFrom } from './extract.ts';

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7';
const OTHER = '0af7651916cd43dd8448eb211c80319c';
const SHORT = '64fe8b2a57d3eff7';
const SPAN = 'e457b5a2e4d86bd1';
const PARENT = '05e3ac9a4f6e3b90';
const MULTI = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '1' };
const W3C = { traceparent: `00-${TRACE}-${SPAN}-01` };

/** The trace headers that go out for those that came in. */
function forwarded(headers: Record<string, string>, options?: MeshspanOptions): Record<string, string> {
  const list = traceHeaders(extractFrom(headers, [], resolveOptions(options), 'accept'));
  const sent: Record<string, string> = {};
  for (let index = 0; index < list.length; index += 2)
    sent[list[index] as string] = list[index + 1] as string;
  return sent;
}

describe('one format', () => {
  it.each([
    ['nothing', {}],
    ['w3c', W3C],
    ['w3c with tracestate', { ...W3C, tracestate: 'a=1, b=2' }],
    ['b3', { b3: `${TRACE}-${SPAN}-d-${PARENT}` }],
    ['b3 deferred', { b3: `${TRACE}-${SPAN}` }],
    ['b3 deny alone', { b3: '0' }],
    ['b3 debug alone', { b3: 'd' }],
    ['x-b3-*', MULTI],
    ['x-b3-* deferred', { 'x-b3-traceid': SHORT, 'x-b3-spanid': SPAN }],
    ['x-b3-sampled alone', { 'x-b3-sampled': '0' }],
    ['x-b3-flags alone', { 'x-b3-flags': '1' }],
  ])('%s goes out as it came', (_name, headers: Record<string, string>) => {
    expect(forwarded(headers)).toEqual(headers);
  });

  it.each([
    ['a bad traceparent, and its tracestate with it', { traceparent: 'bad', tracestate: 'a=1' }],
    ['a tracestate on its own', { tracestate: 'a=1' }],
    ['a bad b3', { b3: `${TRACE}-${SPAN}-x` }],
    ['bad x-b3-*', { ...MULTI, 'x-b3-spanid': '' }],
  ])('%s goes nowhere', (_name, headers: Record<string, string>) => {
    expect(forwarded(headers)).toEqual({});
  });

  it('a bad tracestate does not spoil traceparent', () => {
    expect(forwarded({ ...W3C, tracestate: 'A=1' })).toEqual(W3C);
  });
});

describe('formats that come together', () => {
  it('go out together, each knowing what it alone can say', () => {
    const headers = { ...W3C, tracestate: 'a=1', b3: `${TRACE}-${SPAN}-d-${PARENT}` };
    expect(forwarded(headers)).toEqual(headers);
  });

  it('keep a 64-bit id in b3 and its padded form in traceparent', () => {
    const headers = { traceparent: `00-0000000000000000${SHORT}-${SPAN}-01`, b3: `${SHORT}-${SPAN}-1` };
    expect(forwarded(headers)).toEqual(headers);
  });

  it('keep defer beside an unset sampled flag', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-00`, b3: `${TRACE}-${SPAN}` };
    expect(forwarded(headers)).toEqual(headers);
  });

  it.each([
    ['traceparent before b3', undefined, { ...W3C, b3: `${OTHER}-${SPAN}-0` }, TRACE, '1'],
    ['traceparent before x-b3-*', undefined, { ...MULTI, traceparent: `00-${OTHER}-${SPAN}-00` }, OTHER, '0'],
    ['b3 before x-b3-*', undefined, { ...MULTI, b3: `${OTHER}-${SPAN}-0` }, OTHER, '0'],
    ['x-b3-* where b3 is bad', undefined, { ...MULTI, b3: 'bad' }, TRACE, '1'],
    ['b3 where traceparent is bad', undefined, { traceparent: 'bad', b3: `${OTHER}-${SPAN}-0` }, OTHER, '0'],
    ['ids before a bare decision', undefined, { ...MULTI, b3: '0' }, TRACE, '1'],
    ['the order of the option', ['b3', 'w3c'], { ...W3C, b3: `${OTHER}-${SPAN}-0` }, OTHER, '0'],
  ] as const)('believe %s', (_rule, propagation, headers, trace, sampled) => {
    const sent = forwarded(headers, propagation && { propagation });
    expect(Object.keys(sent)).not.toHaveLength(0);
    for (const [name, value] of Object.entries(sent)) {
      if (name === 'traceparent') expect(value).toBe(`00-${trace}-${SPAN}-0${sampled}`);
      if (name === 'b3') expect(value).toBe(`${trace}-${SPAN}-${sampled}`);
      if (name === 'x-b3-traceid') expect(value).toBe(trace);
      if (name === 'x-b3-sampled') expect(value).toBe(sampled);
    }
  });
});

describe('the option propagation', () => {
  it('turns one format into all that it names, and no other', () => {
    expect(forwarded({ b3: `${SHORT}-${SPAN}-d` }, { propagation: ['w3c', 'b3multi'] })).toEqual({
      traceparent: `00-0000000000000000${SHORT}-${SPAN}-01`,
      'x-b3-traceid': SHORT,
      'x-b3-spanid': SPAN,
      'x-b3-flags': '1',
    });
  });

  it('never turns defer into deny in b3', () => {
    const headers = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
    expect(forwarded(headers, { propagation: ['b3', 'b3multi'] })).toEqual({
      ...headers,
      b3: `${TRACE}-${SPAN}`,
    });
  });
});

describe('the preset istio', () => {
  const OPAQUE = {
    'x-ot-span-context': 'a;b;c',
    'x-cloud-trace-context': '105445aa7843bc8bf206b12000100000/1;o=1',
    'grpc-trace-bin': 'AAABAgMEBQYHCAkKCwwNDg8QAQIDBAUGBwgCAQ==',
    'x-datadog-trace-id': '5208512171318403364',
    'x-datadog-parent-id': '1',
    'x-datadog-sampling-priority': '2',
    'x-datadog-origin': 'rum',
    'x-datadog-tags': '_dd.p.tid=640cfd8d00000000,_dd.p.dm=-1',
    sw8: `1-${'x'.repeat(500)}`,
  };

  it('sends them on unread, with the trace or alone', () => {
    const preset = { preset: 'istio' } as const;
    expect(forwarded({ ...W3C, ...OPAQUE }, preset)).toEqual({ ...W3C, ...OPAQUE });
    expect(forwarded(OPAQUE, preset)).toEqual(OPAQUE);
    expect(forwarded({ ...W3C, ...OPAQUE })).toEqual(W3C);
  });

  it('leaves them out in child mode, where they would name a span that is no longer the parent', () => {
    const sent = forwarded({ ...W3C, ...OPAQUE }, { preset: 'istio', mode: 'child' });
    expect(Object.keys(sent)).toEqual(['traceparent']);
  });

  it('drops one that is not header-safe, far too long, or came twice', () => {
    const headers = { ...OPAQUE, sw8: 'a\nb', 'x-datadog-tags': 'x'.repeat(2049), 'x-datadog-origin': '' };
    const sent = forwarded(headers, { preset: 'istio' });
    expect(Object.keys(sent)).toEqual(
      Object.keys(OPAQUE).filter((name) => !['sw8', 'x-datadog-tags', 'x-datadog-origin'].includes(name)),
    );
    const twice = ['SW8', '1-a', 'sw8', '1-b'];
    const context = extractFrom({ sw8: '1-a, 1-b' }, twice, resolveOptions({ preset: 'istio' }), 'accept');
    expect(traceHeaders(context)).toEqual([]);
  });

  it('believes none of them where the request is not believed', () => {
    const settings = resolveOptions({ preset: 'istio' });
    for (const trust of ['restart', 'ignore'] as const) {
      expect(traceHeaders(extractFrom(OPAQUE, [], settings, trust))).toEqual([]);
    }
  });
});

describe('identity and request id', () => {
  const settings = resolveOptions({ identity: ['X-User-Id', 'x-tenant-id'] });

  it.each([
    ['empty', ''],
    ['8 KiB long', 'u'.repeat(8192)],
    ['with a control character', 'a\x00b'],
    ['with a line break', 'a\r\nx-admin: 1'],
    ['beyond latin1', 'a\u0130'],
  ])('drop a value that is %s, and keep the others', (_fault, value) => {
    const context = extractFrom({ 'x-user-id': value, 'x-tenant-id': 'acme' }, [], settings, 'accept');
    expect(context.identity).toEqual({ 'x-tenant-id': 'acme' });
    expect(extractFrom({ 'x-request-id': value }, [], settings, 'accept').requestId).toBeUndefined();
  });

  it('keep bytes above ASCII and a comma that belongs to the value', () => {
    const headers = { 'x-user-id': 'L\xf8vlace, Ada', 'x-request-id': 'a, b' };
    const context = extractFrom(headers, ['X-User-Id', 'L\xf8vlace, Ada'], settings, 'accept');
    expect(context.identity).toEqual({ 'x-user-id': 'L\xf8vlace, Ada' });
    expect(context.requestId).toBe('a, b');
  });

  it('believe neither of two', () => {
    const raw = ['X-User-Id', 'ada', 'x-user-id', 'eve'];
    expect(extractFrom({ 'x-user-id': 'ada, eve' }, raw, settings, 'accept').identity).toEqual({});
    expect(extractFrom({ 'x-user-id': ['ada', 'eve'] }, [], settings, 'accept').identity).toEqual({});
  });
});

it('publishes each refusal by header and reason, and never the value', () => {
  const refusals: unknown[] = [];
  const listen = (message: unknown) => refusals.push(message);
  subscribe(REFUSED_CHANNEL, listen);
  onTestFinished(() => {
    unsubscribe(REFUSED_CHANNEL, listen);
  });
  const headers = {
    traceparent: `00-${'0'.repeat(32)}-${SPAN}-01`,
    tracestate: 'not looked at',
    b3: 'secret',
    'x-b3-traceid': TRACE,
    'x-b3-flags': 'secret',
    'x-request-id': '\x00',
    'x-user-id': 'secret'.repeat(100),
    'x-tenant-id': '',
  };
  extractFrom(headers, [], resolveOptions(), 'accept');
  const members = Array.from({ length: 33 }, (_, index) => `k${index}=1`).join();
  extractFrom({ ...W3C, tracestate: members }, [], resolveOptions(), 'accept');
  extractFrom({ tracestate: 'a=1' }, [], resolveOptions({ inbound: 'accept' }), 'accept');
  const expected: Refusal[] = [
    { header: 'traceparent', reason: 'zero-id' },
    { header: 'b3', reason: 'malformed' },
    { header: 'x-b3-flags', reason: 'malformed' },
    { header: 'x-b3-traceid', reason: 'incomplete' },
    { header: 'x-request-id', reason: 'unsafe-bytes' },
    { header: 'x-user-id', reason: 'too-long' },
    { header: 'x-tenant-id', reason: 'empty' },
    { header: 'tracestate', reason: 'too-many-members' },
    { header: 'tracestate', reason: 'without-traceparent' },
  ];
  expect(refusals).toEqual(expected);
});

/** What formats may say of one span: the same trace by its long or its short id, any decision, a parent or none. */
const said = record({
  traceId: constantFrom(`${'0'.repeat(16)}${SHORT}`, SHORT, OTHER),
  sampling: constantFrom('accept', 'deny', 'debug', 'defer'),
  parentSpanId: constantFrom(undefined, PARENT, SPAN),
  random: boolean(),
}).map((parts): TraceContext => ({ ...parts, spanId: SPAN, traceState: undefined }) as TraceContext);

it('sends a header as it came only where it would be written so', () => {
  const version = constantFrom('00', '01');
  const orders = constantFrom<Format[]>(['w3c', 'b3', 'b3multi'], ['b3', 'w3c'], ['b3multi', 'b3', 'w3c']);
  const inputs = record({ w3c: said, b3: said, multi: said, version, propagation: orders });
  const alike = property(inputs, ({ w3c, b3, multi, version, propagation }) => {
    const headers = {
      traceparent: formatTraceparent(w3c).replace(/^00/, version),
      b3: formatB3Single(b3) as string,
      ...Object.fromEntries(pairs(render(['b3multi'], multi))),
    };
    const context = extractFrom(headers, [], resolveOptions({ propagation }), 'accept');
    const formats = context[CARRIED].settings.formats ?? [];
    expect(traceHeaders(context)).toEqual(render(formats, context.trace));
  });
  assert(alike, { numRuns: 5_000 });
});

function pairs(list: readonly string[]): [string, string][] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] as string]] : []));
}
