import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { startCollector } from '../../tools/collector.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { otelcol } from '../../tools/tools.ts';
import { judge } from '../../tools/verdict.ts';
import { keptSpans, sendOtlp, traceIdOf } from '../collector/spans.ts';
import { generated, textOf } from '../generated.ts';
import { SERVICE_PROFILE } from './schema.ts';

const SHOP = `
name: shop
attributes:
  - { key: tenant.id, from: [{ header: x-tenant }] }
  - { key: site, from: [{ node: CLUSTER_ID }] }
spanName: ["GET /users/{id}", "POST /orders", "/files/**"]
services: [{ name: orders, namespace: shop }, { name: pay, namespace: shop }, { name: cart }]
collector: { decisionWait: 1s, keep: { percent: 100, slowerThan: 100ms } }
`;

describe('files for Linkerd', () => {
  it('a profile of each service, as its CustomResourceDefinition has it', () => {
    const accepts = new Ajv2020().compile(SERVICE_PROFILE);
    const profiles = parseAllDocuments(textOf(generated('linkerd', SHOP), 'linkerd/service-profiles.yaml'));
    expect(profiles).toHaveLength(3);
    for (const profile of profiles)
      expect(accepts(profile.toJS()), JSON.stringify(accepts.errors)).toBe(true);
  });

  it('values by which proxies send spans to the collector of the mesh', () => {
    expect(parse(textOf(generated('linkerd', SHOP), 'linkerd/control-plane-values.yaml'))).toEqual({
      proxy: {
        tracing: {
          enabled: true,
          collector: {
            endpoint: 'otel-collector.observability:4317',
            meshIdentity: { serviceAccountName: 'default', namespace: 'observability' },
          },
        },
      },
    });
  });

  it('injection where services are, and the collector, which must be in the mesh', () => {
    const documents = parseAllDocuments(textOf(generated('linkerd', SHOP), 'linkerd/namespaces.yaml'));
    const names = documents.map(
      (document) => (document.toJS() as { metadata: { name: string } }).metadata.name,
    );
    expect(names).toEqual(['default', 'observability', 'shop']);
  });

  it.each([
    ['zipkin://zipkin.observability', 'they export OTLP by gRPC only'],
    ['otlp://10.0.0.7', 'inside the mesh only'],
    ['otlp://vendor.example.com', 'inside the mesh only'],
  ])('no values, and the reason, where spans go to %s', (tracing, reason) => {
    const files = generated('linkerd', `backends: { tracing: "${tracing}" }`);
    expect(files.has('linkerd/control-plane-values.yaml')).toBe(false);
    expect(textOf(files, 'linkerd/README.md')).toContain(reason);
  });

  it('what proxies cannot do is said, attribute by attribute', () => {
    const readme = textOf(generated('linkerd', SHOP), 'linkerd/README.md');
    expect(readme).toMatch(/## What does not\n\n- `tenant.id` on spans/);
    expect(readme).toContain('The attribute `site`: the collector adds it');
  });
});

await describeWithTools('the collector for Linkerd', [otelcol], () => {
  it.each([1, 2])('takes its configuration beside that of %i tiers', async (tiers) => {
    const text = `${SHOP.replace('collector: {', `collector: { tiers: ${tiers},`)}`;
    const base = textOf(
      generated('collector', text),
      `collector/${tiers === 1 ? 'collector' : 'load-balancer'}.yaml`,
    );
    const files = [
      await fixture('base.yaml', base),
      await fixture('linkerd.yaml', textOf(generated('linkerd', text), 'linkerd/collector.yaml')),
    ];
    await judge('env', [
      'CLUSTER=eu',
      await otelcol.path(),
      'validate',
      ...files.flatMap((file) => ['--config', file]),
    ]);
  });

  it('puts the cluster on spans that come without it, and leaves what a service says', async () => {
    const [grpc = 0, http = 0, zipkin = 0, health = 0] = await freePorts(4);
    const out = await fixture('out.json', '');
    const at = (port: number): object => ({ endpoint: `127.0.0.1:${port}` });
    const here = {
      receivers: { otlp: { protocols: { grpc: at(grpc), http: at(http) } }, zipkin: at(zipkin) },
      exporters: { file: { path: out, flush_interval: '20ms' } },
      extensions: { health_check: at(health) },
      service: {
        telemetry: { metrics: { level: 'none', readers: null } },
        pipelines: { traces: { exporters: ['file'] } },
      },
    };
    const collector = await startCollector(
      [
        await fixture('base.yaml', textOf(generated('collector', SHOP), 'collector/collector.yaml')),
        await fixture('linkerd.yaml', textOf(generated('linkerd', SHOP), 'linkerd/collector.yaml')),
        await fixture('here.yaml', stringify(here)),
      ],
      { CLUSTER: 'eu' },
    );
    onTestFinished(() => collector.stop());
    await sendOtlp(http, [
      { traceId: traceIdOf('proxy'), service: 'linkerd-proxy' },
      { traceId: traceIdOf('service'), service: 'orders', attributes: { site: 'us' } },
    ]);
    const sites = await vi.waitFor(async () => {
      const kept = keptSpans(await readFile(out, 'utf8'));
      expect(kept).toHaveLength(2);
      return Object.fromEntries(kept.map(({ service, attributes }) => [service, attributes.site]));
    }, 20_000);
    expect(sites).toEqual({ 'linkerd-proxy': 'eu', orders: 'us' });
  });
});
