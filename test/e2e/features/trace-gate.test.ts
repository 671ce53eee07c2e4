import { traceGateExtension } from '@meshspan/cli/generate/envoy-config/trace-gate.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CallerTrace, newTrace } from '../client.ts';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, type Seen, startProxy } from './proxy.ts';

const [TRACE, SPAN] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const ATTRIBUTES = [{ key: 'tenant.id', from: [{ header: 'x-tenant' }] }];

/** What makes Envoy's OpenTelemetry tracer make no span at all where nothing stands in front of it. */
const UNREADABLE = {
  'no traceparent at all': 'unreadable',
  'a trace id of zeros': `00-${'0'.repeat(32)}-${SPAN}-01`,
  'a span id of zeros': `00-${TRACE}-${'0'.repeat(16)}-01`,
  capitals: `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  'the version that is none': `ff-${TRACE}-${SPAN}-01`,
  'a minus at the wrong place': `00-${TRACE}${SPAN.slice(0, 1)}-${SPAN.slice(1)}-01`,
  'minuses only': '-'.repeat(55),
  'more than version 00 has': `00-${TRACE}-${SPAN}-01-what`,
  'a later version with more behind': `cc-${TRACE}-${SPAN}-01-what.the.future.will.be`,
  'a digit too few': `00-${TRACE.slice(1)}-${SPAN}-01`,
  nothing: '',
} as const;

/** What would become a traceparent that it cannot read. */
const UNREADABLE_B3 = {
  'X-B3-TraceId of zeros': { 'x-b3-traceid': '0'.repeat(32), 'x-b3-spanid': SPAN },
  'X-B3-SpanId of zeros': { 'x-b3-traceid': TRACE, 'x-b3-spanid': '0'.repeat(16) },
  'X-B3-TraceId of another length': { 'x-b3-traceid': TRACE.slice(2), 'x-b3-spanid': SPAN },
  'b3 with a trace id of zeros': { b3: `${'0'.repeat(32)}-${SPAN}-1` },
  'b3 with a span id of zeros': { b3: `${TRACE}-${'0'.repeat(16)}-1` },
  'b3 with a minus at the wrong place': { b3: `${TRACE}${SPAN.slice(0, 1)}-${SPAN.slice(1)}-1` },
} as const;

describeWithEnvoy('the trace gate', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    proxy = await startProxy(await launcher(), {
      gate: {
        configurations: [{ attributes: ATTRIBUTES }],
        manager: { early_header_mutation_extensions: [traceGateExtension()] },
      },
    });
  });
  afterAll(() => proxy.stop());

  const send = (headers: Record<string, string | string[]>): Promise<Seen> =>
    proxy.see('gate', { traced: false, headers });

  it.each([
    ['traceparent', ({ traceparent }: CallerTrace) => ({ traceparent })],
    ['X-B3-…', ({ traceId, spanId }: CallerTrace) => ({ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId })],
    ['b3', ({ traceId, spanId }: CallerTrace) => ({ b3: `${traceId}-${spanId}` })],
    ['b3 with its flag', ({ traceId, spanId }: CallerTrace) => ({ b3: `${traceId}-${spanId}-1` })],
    [
      'b3 behind what cannot be read',
      ({ traceId, spanId }: CallerTrace) => ({ b3: `${traceId}-${spanId}-1`, traceparent: '?' }),
    ],
  ])('a caller with %s has his trace', async (_what, headersOf) => {
    const trace = newTrace();
    expect((await send(headersOf(trace))).traceId).toBe(trace.traceId);
  });

  it('a trace id of 64 bits gets zeros in front', async () => {
    const { traceId, spanId } = newTrace();
    const half = traceId.slice(16);
    const { traceId: seen } = await send({ 'x-b3-traceid': half, 'x-b3-spanid': spanId });
    expect(seen).toBe(`${'0'.repeat(16)}${half}`);
  });

  it.each([
    ...Object.entries(UNREADABLE).map(([what, traceparent]) => [what, { traceparent }] as const),
    ...Object.entries(UNREADABLE_B3),
  ])('%s: a new trace begins', async (_what, headers) => {
    const { traceId, upstream } = await send(headers);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(TRACE);
    expect(upstream.traceparent?.[0]).toMatch(new RegExp(`^00-${traceId}-`));
    expect(upstream).not.toHaveProperty('x-meshspan-tmp');
  });
});
