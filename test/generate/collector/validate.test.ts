import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { validateCollector } from '../../tools/collector.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { validateKubernetes } from '../../tools/kubernetes.ts';
import { kubecheck, otelcol } from '../../tools/tools.ts';
import { generated, textOf } from '../generated.ts';

const ATTRIBUTES = 'attributes: [{ key: tenant.id, from: [{ header: x-tenant }], maxDistinct: 100 }]';

/** What the generator writes otherwise for: tiers, backends, each field of the collector. */
const MESHES: readonly (readonly [string, string])[] = [
  ['nothing said', '{}'],
  ['two tiers', 'collector: { tiers: 2, replicas: 3 }'],
  ['Jaeger', 'backends: { traces: ["jaeger://jaeger.obs"] }'],
  ['Zipkin', 'backends: { traces: ["zipkin://zipkin.obs"] }'],
  ['another OTLP backend', 'backends: { traces: ["otlp://vendor.example:443"] }'],
  [
    'several backends, two of a kind',
    'backends: { traces: ["tempo://a", "tempo://b:1", "zipkin://c", "zipkin://d"] }',
  ],
  ['logs by OTLP', 'backends: { logs: otlp }\nlogs: { otlpEndpoint: "https://logs.example/otlp" }'],
  ['logs elsewhere', 'backends: { logs: "elasticsearch://es.obs" }'],
  [
    'proxies that speak Zipkin',
    'backends: { tracing: "zipkin://otel-collector.observability:9412" }\npropagation: [w3c, b3]',
  ],
  [
    'every field',
    `${ATTRIBUTES}
metrics: { labels: [tenant.id] }
collector:
  tiers: 1
  memoryLimit: 64
  decisionWait: 1m
  keep:
    errors: false
    slowerThan: 250ms
    attributes: { tenant.id: [acme, "\${env:HOME}", "$5"] }
    services: [orders.shop, "\${file:/etc/passwd}"]
    percent: 0.5
  drop: [http.request.header.authorization]
  spanMetrics: true`,
  ],
  [
    'every field, two tiers',
    `${ATTRIBUTES}\nmetrics: { labels: [tenant.id] }\ncollector: { tiers: 2, drop: [a], spanMetrics: true }`,
  ],
];

await describeWithTools('generated collectors as `otelcol validate` sees them', [otelcol], () => {
  it.each(MESHES)('%s', async (_what, meshspan) => {
    const files = generated('collector', meshspan);
    const configurations = [...files.keys()].filter((path) => path !== 'collector/kubernetes.yaml');
    expect(configurations.length).toBeGreaterThan(0);
    for (const path of configurations) {
      await validateCollector(await fixture('collector.yaml', textOf(files, path)));
    }
  });

  it('are what the ConfigMaps hold', () => {
    for (const [, meshspan] of MESHES) {
      const files = generated('collector', meshspan);
      const maps = parseAllDocuments(textOf(files, 'collector/kubernetes.yaml'))
        .map((document) => document.toJS() as Resource)
        .filter(({ kind }) => kind === 'ConfigMap');
      const texts = maps.map(({ data }) => data?.['collector.yaml']);
      const others = [...files].filter(([path]) => path !== 'collector/kubernetes.yaml');
      expect(texts.toSorted()).toEqual(others.map(([, text]) => text).toSorted());
    }
  });
});

await describeWithTools("generated resources as Kubernetes' own validation sees them", [kubecheck], () => {
  it.each(MESHES)('%s', async (_what, meshspan) => {
    const text = textOf(generated('collector', meshspan), 'collector/kubernetes.yaml');
    await validateKubernetes(await fixture('kubernetes.yaml', text));
  });
});

interface Resource {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
}
