import { ENVOY_RELEASES } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallerTrace, newTrace } from '../../e2e/client.ts';
import { type GeneratedProxy, startGenerated } from './proxy.ts';

const MESH = `
name: callers
environment: development
propagation: [w3c, b3, b3multi]
`;

const CALLERS = [
  { format: 'traceparent', headers: ({ traceparent }: CallerTrace) => ({ traceparent }) },
  { format: 'b3', headers: ({ traceId, spanId }: CallerTrace) => ({ b3: `${traceId}-${spanId}-1` }) },
  {
    format: 'x-b3-…',
    headers: ({ traceId, spanId }: CallerTrace) => ({
      'x-b3-traceid': traceId,
      'x-b3-spanid': spanId,
      'x-b3-sampled': '1',
    }),
  },
];

describe.each(ENVOY_RELEASES)('Envoy %s', (release) => {
  describe.each(['otlp+http', 'zipkin'] as const)('%s', (tracing) => {
    let proxy: GeneratedProxy;
    beforeAll(async () => {
      proxy = await startGenerated(MESH, release, tracing);
    });
    afterAll(() => proxy.stop());

    it.each(CALLERS)('a caller with $format has its span above, also in the log', async ({ headers }) => {
      const trace = newTrace();
      const { log, upstream } = await proxy.send('/', headers(trace), { trace: false });
      const { server, client } = await proxy.spans(trace.traceId);
      expect(server.parentSpanId).toBe(trace.spanId);
      expect(client.parentSpanId).toBe(server.spanId);
      expect(log).toMatchObject({ trace_id: trace.traceId, parent_id: trace.spanId });
      expect(upstream.traceparent?.[0]).toContain(`00-${trace.traceId}-${client.spanId}`);
    });

    it('a traceparent that nobody can read begins a trace', async () => {
      const { log } = await proxy.send('/', { traceparent: 'unreadable' }, { trace: false });
      const { server } = await proxy.spans(log.trace_id as string);
      expect(server.parentSpanId).toBe('');
      expect(log.parent_id).toBeUndefined();
    });
  });
});

describe.each(ENVOY_RELEASES)('logs.only: errors, Envoy %s', (release) => {
  let proxy: GeneratedProxy;
  beforeAll(async () => {
    proxy = await startGenerated(`${MESH}logs: { only: errors }`, release);
  });
  afterAll(() => proxy.stop());

  it('logs a status of 400 and above, and no other', async () => {
    const good = newTrace();
    await fetch(`${proxy.envoy.url('edge')}/${good.spanId}`);
    const { log } = await proxy.send('/status/404');
    expect(log.status).toBe(404);
    const lines = proxy.envoy.lines().filter((line) => line.startsWith('{'));
    expect(lines.filter((line) => line.includes(good.spanId))).toEqual([]);
  });
});
