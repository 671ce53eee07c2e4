import { afterAll, beforeAll, expect, it } from 'vitest';
import { newTrace } from '../../e2e/client.ts';
import { type FeatureProxy, startProxy } from '../../e2e/features/proxy.ts';
import { describeWithEnvoy } from '../../e2e/launchers.ts';
import { generate, resourcesOf } from './generated.ts';

const ATTRIBUTES = [{ key: 'tenant.id', from: [{ header: 'x-tenant' }], maxDistinct: 10 }];
const MESH = `
attributes: ${JSON.stringify(ATTRIBUTES)}
filter: { image: "oci://registry.example.com/meshspan/filter:0.1.0" }
metrics: { labels: [tenant.id] }
`;

interface Spec {
  readonly metrics: [{ overrides: { tagOverrides: { tenant_id: { value: string } } }[] }];
}

/** The expressions of the label, one for each metric. */
function expressions(): readonly string[] {
  const telemetry = resourcesOf(generate(MESH)).filter(({ kind }) => kind === 'Telemetry');
  const [{ spec }] = telemetry as unknown as [{ spec: Spec }];
  return spec.metrics[0].overrides.map(({ tagOverrides }) => tagOverrides.tenant_id.value);
}

/**
 * Istio's statistics filter, which no upstream Envoy has, evaluates them by Envoy's own CEL, with Envoy's
 * attributes (istio/proxy, istio_stats.cc, `StreamOverrides`): so does the tag of a span.
 */
describeWithEnvoy('the expression of a metric label', (launcher) => {
  let proxy: FeatureProxy;
  beforeAll(async () => {
    const [expression = ''] = expressions();
    proxy = await startProxy(await launcher(), {
      label: {
        configurations: [{ attributes: ATTRIBUTES }],
        tracing: { custom_tags: [{ tag: 'label', value: `%CEL(${expression})%` }] },
      },
    });
  });
  afterAll(() => proxy.stop());

  it('is one for all metrics of requests', () => {
    expect(new Set(expressions()).size).toBe(1);
    expect(expressions()).toHaveLength(4);
  });

  it('reads the value as the filter left it', async () => {
    const { traceparent, traceId } = newTrace();
    await proxy.see('label', { sampled: false, headers: { 'x-tenant': 'acme', traceparent } });
    const { spans } = await proxy.collector.waitForTrace(traceId, ({ spans }) => spans.length === 2);
    expect(spans.map(({ attributes }) => attributes.label)).toEqual(['acme', 'acme']);
  });
});
