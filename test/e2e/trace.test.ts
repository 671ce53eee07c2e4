import { expect, it } from 'vitest';
import { type CallerTrace, get, newTrace, type ShopAnswer } from './client.ts';
import { describeWithEnvoy } from './launchers.ts';
import { only, type Shop, shopsOfBothTracers } from './shop.ts';

/** Trace headers that a caller may send, and the tracers of Envoy that read them. */
const CALLERS = [
  {
    tracer: 'otlp+http',
    format: 'W3C traceparent',
    headers: ({ traceparent }: CallerTrace) => ({ traceparent }),
  },
  {
    tracer: 'zipkin',
    format: 'W3C traceparent',
    headers: ({ traceparent }: CallerTrace) => ({ traceparent }),
  },
  {
    tracer: 'zipkin',
    format: 'B3 single',
    headers: ({ traceId, spanId }: CallerTrace) => ({ b3: `${traceId}-${spanId}-1` }),
  },
  {
    tracer: 'zipkin',
    format: 'B3 multi',
    headers: ({ traceId, spanId }: CallerTrace) => ({
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '1',
    }),
  },
] as const;

describeWithEnvoy('one unbroken trace', (launcher) => {
  const shops = shopsOfBothTracers(launcher);

  it.each(CALLERS)('$tracer tracer, $format: from the caller to the last span', async (caller) => {
    const shop = shops.get(caller.tracer) as Shop;
    const trace = newTrace();
    const { status, body } = await get(`${shop.url}/orders/42`, {
      ...caller.headers(trace),
      'x-user-id': 'alice',
      'x-tenant-id': 'acme',
    });
    expect(status).toBe(200);
    const answer = JSON.parse(body) as ShopAnswer;
    expect(answer.status).toBe(200);
    expect(answer.inventory?.headers).toMatchObject({ 'x-user-id': 'alice', 'x-tenant-id': 'acme' });

    const spans = await shop.spans(trace.traceId, 4);
    expect(spans).toHaveLength(4);
    const chain = [
      only(spans, 'edge', 'SERVER'),
      only(spans, 'edge', 'CLIENT'),
      only(spans, 'inventory-proxy', 'SERVER'),
      only(spans, 'inventory-proxy', 'CLIENT'),
    ];
    // Every span's parent is the one before it; the first one's is the caller's.
    expect(chain.map((span) => span.parentSpanId)).toEqual([
      trace.spanId,
      ...chain.slice(0, 3).map((span) => span.spanId),
    ]);
    for (const span of chain) {
      expect(span.attributes).toMatchObject({
        'user.id': 'alice',
        'tenant.id': 'acme',
        cluster: span.service === 'edge' ? 'eu-central' : 'eu-west',
      });
    }
  });

  it.each(['otlp+http', 'zipkin'])('%s tracer: a request without a trace begins one', async (tracer) => {
    const shop = shops.get(tracer) as Shop;
    const { body } = await get(`${shop.url}/orders/1`, { 'x-user-id': 'bob', 'x-tenant-id': 'globex' });
    const { headers } = JSON.parse(body) as ShopAnswer;
    const traceId = headers.traceparent?.toString().split('-')[1] ?? '';
    const spans = await shop.spans(traceId, 4);
    expect(only(spans, 'edge', 'SERVER').parentSpanId).toBe('');
    expect(new Set(spans.map((span) => span.attributes['user.id']))).toEqual(new Set(['bob']));
  });

  it.each(['otlp+http', 'zipkin'])('%s tracer: x-request-id is the same end to end', async (tracer) => {
    const shop = shops.get(tracer) as Shop;
    // The 9 says "sampled", which is what Envoy decides here: with another digit it would write its own.
    const id = '5e0b7d1c-4b1c-9c3e-a0de-0123456789ab';
    const { body } = await get(`${shop.url}/orders/1`, { 'x-request-id': id });
    const answer = JSON.parse(body) as ShopAnswer;
    expect(answer.headers['x-request-id']).toBe(id);
    expect(answer.inventory?.headers['x-request-id']).toBe(id);
  });

  it('a request id that Envoy makes up reaches the last service as it left the edge', async () => {
    const shop = shops.get('otlp+http') as Shop;
    const answer = JSON.parse((await get(`${shop.url}/orders/1`, {})).body) as ShopAnswer;
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.inventory?.headers['x-request-id']).toBe(answer.headers['x-request-id']);
  });
});
