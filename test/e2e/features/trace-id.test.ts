import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTrace } from '../client.ts';
import { describeWithEnvoy } from '../launchers.ts';
import { type FeatureProxy, startProxy } from './proxy.ts';

const attributes = [{ key: 'user', from: [{ header: 'x-user' }] }];

describeWithEnvoy('the trace id on the answer', (launcher) => {
  describe.each(['otlp+http', 'zipkin'] as const)('%s tracer', (tracer) => {
    let proxy: FeatureProxy;
    beforeAll(async () => {
      const features = {
        header: { configurations: [{ attributes, traceId: { responseHeader: 'x-trace-id' } }] },
        timing: { configurations: [{ attributes, traceId: { responseHeader: 'server-timing' } }] },
        none: { configurations: [{ attributes }] },
      };
      proxy = await startProxy(await launcher(), features, { tracer });
    });
    afterAll(() => proxy.stop());

    it.each(['/', '/direct', '/down'])('%s: in a header', async (path) => {
      const { traceparent, traceId } = newTrace();
      const { headers } = await proxy.see('header', { path, headers: { traceparent } });
      expect(headers['x-trace-id']).toBe(traceId);
    });

    it('as Server-Timing, which browsers read', async () => {
      const { traceparent } = newTrace();
      const { headers } = await proxy.see('timing', { headers: { traceparent } });
      expect(headers['server-timing']).toBe(`trace;desc="${traceparent}"`);
    });

    it('a caller that has no trace: no wrong one', async () => {
      const { headers, traceId } = await proxy.see('header', { traced: false });
      expect([undefined, traceId]).toContain(headers['x-trace-id']);
    });

    it.each(['00-xyz', `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`])('traceparent %s: none', async (bad) => {
      const { headers } = await proxy.see('header', { headers: { traceparent: bad }, sampled: false });
      expect(headers).not.toHaveProperty('x-trace-id');
    });

    it('is not there without the setting', async () => {
      const { headers } = await proxy.see('none');
      expect(headers).not.toHaveProperty('x-trace-id');
      expect(headers).not.toHaveProperty('server-timing');
    });
  });
});
