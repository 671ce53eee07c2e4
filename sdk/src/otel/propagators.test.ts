import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { MAJOR, ROOT, startTracing, suppressed } from '../../test/opentelemetry.ts';
import { B3Propagator, B3Sampler, TracePropagator, W3CPropagator } from './index.ts';

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7';
const SHORT = TRACE.slice(16);
const SPAN = 'e457b5a2e4d86bd1';
const PARENT = '05e3ac9a4f6e3b90';
const MULTI = { 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN };
const LONG_STATE = Array.from({ length: 8 }, (_, index) => `${index}vendor=${'v'.repeat(200)}`).join(',');

type Headers = Record<string, string>;

/** What a service sends on that makes a server span of what came; OWN stands for that span's id. */
function sentOn(headers: Headers): Headers {
  const extracted = propagation.extract(ROOT_CONTEXT, headers);
  const span = trace.getTracer('test').startSpan('server', { kind: SpanKind.SERVER }, extracted);
  const sent: Headers = {};
  propagation.inject(trace.setSpan(extracted, span), sent);
  span.end();
  const own = span.spanContext().spanId;
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, value.replace(own, 'OWN')]));
}

it('runs on the API and the SDK that this project is for', () => {
  startTracing({ propagator: new TracePropagator() });
  const { version } = (globalThis as never)[Symbol.for('opentelemetry.js.api.1')] as { version: string };
  expect(`api ${version}, SDK ${MAJOR}`).toMatch(/^(api 1\.10\.\d+, SDK 3|api 1\.9\.\d+, SDK 2)$/);
});

describe('through a real SDK', () => {
  it.each<[string, Headers, Headers]>([
    [
      'traceparent and tracestate',
      { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=opaque' },
      { traceparent: `00-${TRACE}-OWN-01`, tracestate: 'vendor=opaque' },
    ],
    ['the random flag', { traceparent: `00-${TRACE}-${SPAN}-03` }, { traceparent: `00-${TRACE}-OWN-03` }],
    [
      'tracestate beyond 512 characters, of level 2 keys',
      { traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: LONG_STATE },
      { traceparent: `00-${TRACE}-OWN-01`, tracestate: LONG_STATE },
    ],
    [
      'a trace that is not sampled',
      { traceparent: `00-${TRACE}-${SPAN}-00` },
      { traceparent: `00-${TRACE}-OWN-00` },
    ],
    ['b3, accepted', { b3: `${TRACE}-${SPAN}-1-${PARENT}` }, { b3: `${TRACE}-OWN-1` }],
    ['b3, denied', { b3: `${TRACE}-${SPAN}-0` }, { b3: `${TRACE}-OWN-0` }],
    ['b3, debug', { b3: `${TRACE}-${SPAN}-d` }, { b3: `${TRACE}-OWN-d` }],
    [
      'x-b3-flags',
      { ...MULTI, 'x-b3-flags': '1' },
      { 'x-b3-traceid': TRACE, 'x-b3-spanid': 'OWN', 'x-b3-flags': '1' },
    ],
    ['a 64-bit trace id', { b3: `${SHORT}-${SPAN}-1` }, { b3: `${SHORT}-OWN-1` }],
    [
      'two formats of one span',
      { traceparent: `00-${TRACE}-${SPAN}-01`, b3: `${TRACE}-${SPAN}-d` },
      { traceparent: `00-${TRACE}-OWN-01`, b3: `${TRACE}-OWN-d` },
    ],
  ])('%s', (_name, headers, expected) => {
    startTracing({ propagator: new TracePropagator() });
    expect(sentOn(headers)).toEqual(expected);
  });

  it.each<[string, Headers]>([
    ['a malformed b3', { b3: `${TRACE}-${SPAN}-x` }],
    ['a traceparent in upper case', { traceparent: `00-${TRACE.toUpperCase()}-${SPAN}-01` }],
    ['two traceparents', { traceparent: `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${PARENT}-01` }],
    ['nothing', {}],
  ])('starts a trace of its own at %s', (_name, headers) => {
    startTracing({ propagator: new TracePropagator() });
    const { traceparent, ...others } = sentOn(headers);
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-OWN-0[13]$/);
    expect(traceparent).not.toContain(TRACE);
    expect(others).toEqual({});
  });

  it('writes the formats asked for, whatever came', () => {
    startTracing({ propagator: new TracePropagator({ propagation: ['b3multi', 'w3c'] }) });
    expect(sentOn({ b3: `${TRACE}-${SPAN}-1` })).toEqual({
      'x-b3-traceid': TRACE,
      'x-b3-spanid': 'OWN',
      'x-b3-sampled': '1',
      traceparent: `00-${TRACE}-OWN-01`,
    });
  });

  it('reads no other format where it is for one alone', () => {
    const both = { traceparent: `00-${TRACE}-${SPAN}-01`, b3: `${SHORT}${SHORT}-${SPAN}-1` };
    startTracing({ propagator: new B3Propagator({ propagation: ['b3'] }) });
    expect(sentOn(both)).toEqual({ b3: `${SHORT}${SHORT}-OWN-1` });
    startTracing({ propagator: new W3CPropagator() });
    propagation.disable();
    propagation.setGlobalPropagator(new W3CPropagator());
    expect(sentOn(both)).toEqual({ traceparent: `00-${TRACE}-OWN-01` });
  });

  it('sends on a decision that came without a trace while no span is there', () => {
    startTracing({ propagator: new TracePropagator() });
    const sent: Headers = {};
    propagation.inject(propagation.extract(ROOT_CONTEXT, { b3: '0' }), sent);
    expect(sent).toEqual({ b3: '0' });
  });

  it("injects nothing into an exporter's own calls", () => {
    startTracing({ propagator: new TracePropagator() });
    const sent: Headers = {};
    const span = trace.getTracer('test').startSpan('server');
    propagation.inject(suppressed(trace.setSpan(context.active(), span)), sent);
    expect(sent).toEqual({});
  });
});

describe('B3Sampler', () => {
  it.each<[string, Headers, boolean]>([
    ['asks the root where the caller deferred', { b3: `${TRACE}-${SPAN}` }, true],
    ['asks the root where x-b3-* deferred', MULTI, true],
    ['obeys a bare deny', { b3: '0' }, false],
    ['obeys a bare debug', { b3: 'd' }, true],
    ['obeys the parent', { b3: `${TRACE}-${SPAN}-0` }, false],
    ['leaves traceparent alone', { traceparent: `00-${TRACE}-${SPAN}-00` }, false],
  ])('%s', (_name, headers, recorded) => {
    const exported = startTracing({ propagator: new TracePropagator(), sampler: new B3Sampler(ROOT) });
    const [value = ''] = Object.values(sentOn(headers));
    expect(exported().length).toBe(recorded ? 1 : 0);
    expect(value.startsWith('00-') || value.includes('-') || value === TRACE).toBe(true);
  });

  it('keeps the trace of a caller who deferred, and is needed for it', () => {
    startTracing({ propagator: new TracePropagator(), sampler: new B3Sampler(ROOT) });
    expect(sentOn({ b3: `${TRACE}-${SPAN}` })).toEqual({ b3: `${TRACE}-OWN-1` });
  });

  it('without it, one bit has to do: deferred reads as not sampled', () => {
    startTracing({ propagator: new TracePropagator() });
    expect(sentOn({ b3: `${TRACE}-${SPAN}` })).toEqual({ b3: `${TRACE}-OWN-0` });
  });
});

it.each<[TextMapPropagator, string[]]>([
  [new W3CPropagator(), ['traceparent', 'tracestate']],
  [new B3Propagator({ propagation: ['b3'] }), ['b3']],
  [
    new B3Propagator(),
    ['b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-b3-flags'],
  ],
])('names the headers that it may set: %#', (propagator, expected) => {
  expect(propagator.fields()).toEqual(expected);
});

it('refuses a format that is none', () => {
  expect(() => new TracePropagator({ propagation: ['jaeger' as 'b3'] })).toThrow(/MESHSPAN_ERR_PROPAGATION/);
});
