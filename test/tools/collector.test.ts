import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startCollector, validateCollector } from './collector.ts';
import { describeWithTools } from './describe.ts';
import { fixture, fixtureFolder } from './fixture.ts';
import { freePorts } from './free-ports.ts';
import { otelcol } from './tools.ts';

/** Each component that is compiled in, once; the ports and the file come from the environment. */
const EVERY_COMPONENT = `
extensions: { health_check: { endpoint: "127.0.0.1:\${env:HEALTH}" } }
receivers:
  otlp: { protocols: { http: { endpoint: "127.0.0.1:\${env:OTLP}" } } }
  zipkin: { endpoint: "127.0.0.1:\${env:ZIPKIN}" }
processors:
  memory_limiter: { check_interval: 1s, limit_mib: 256 }
  batch: { timeout: 50ms }
  attributes: { actions: [{ key: seen, value: by-attributes, action: upsert }] }
  resource: { attributes: [{ key: seen, value: by-resource, action: upsert }] }
  transform:
    trace_statements: [{ context: span, statements: ['set(attributes["length"], Len(name))'] }]
  filter: { traces: { span: ['name == "noise"'] } }
  tail_sampling:
    decision_wait: 100ms
    policies: [{ name: gold, type: string_attribute, string_attribute: { key: tenant.id, values: [gold] } }]
exporters:
  debug: {}
  file: { path: "\${env:FILE}", flush_interval: 50ms }
  otlp_grpc: { endpoint: "127.0.0.1:\${env:NOWHERE}", tls: { insecure: true } }
  otlp_http: { endpoint: "http://127.0.0.1:\${env:NOWHERE}" }
  zipkin: { endpoint: "http://127.0.0.1:\${env:NOWHERE}/api/v2/spans" }
  loadbalancing:
    protocol: { otlp: { tls: { insecure: true } } }
    resolver: { static: { hostnames: ["127.0.0.1:\${env:NOWHERE}"] } }
  prometheusremotewrite: { endpoint: "http://127.0.0.1:\${env:NOWHERE}/api/v1/write" }
connectors:
  spanmetrics: {}
service:
  telemetry: { metrics: { level: none } }
  extensions: [health_check]
  pipelines:
    traces:
      receivers: [otlp, zipkin]
      processors: [memory_limiter, attributes, resource, transform, filter, tail_sampling, batch]
      exporters: [file, debug, spanmetrics]
    traces/away: { receivers: [otlp], exporters: [otlp_grpc, zipkin, loadbalancing] }
    metrics: { receivers: [spanmetrics], exporters: [prometheusremotewrite] }
    logs: { receivers: [otlp], exporters: [otlp_http] }
`;

const PORTS = { HEALTH: '1', OTLP: '2', ZIPKIN: '3', NOWHERE: '9', FILE: '/dev/null' };

await describeWithTools('OpenTelemetry Collector', [otelcol], () => {
  it('takes a configuration of every component', async () => {
    await validateCollector(await fixture('collector.yaml', EVERY_COMPONENT), PORTS);
  });

  it.each([
    ['a processor that it has not', 'batch: { timeout: 50ms }', 'bach: {}', /unknown type: "bach"/],
    ['a field that it has not', 'decision_wait', 'decision_weight', /invalid keys: decision_weight/],
    [
      'a pipeline that names what is not there',
      '[spanmetrics]',
      '[zap]',
      /receiver "zap" which is not configured/,
    ],
    ['a statement that does not parse', 'Len(name)', 'Len(name', /statement has invalid syntax/],
    ['an exporter that it has not', 'debug: {}', 'kafka: {}', /unknown type: "kafka"/],
  ])('refuses %s', async (_what, good, bad, words) => {
    const file = await fixture('collector.yaml', EVERY_COMPONENT.replace(good, bad));
    await expect(validateCollector(file, PORTS)).rejects.toThrow(words);
  });

  it('runs, and keeps the traces of one tenant', async () => {
    const [health, otlp, zipkin, nowhere] = await freePorts(4);
    const out = join(await fixtureFolder(), 'spans.json');
    const collector = await startCollector(await fixture('collector.yaml', EVERY_COMPONENT), {
      ...{ HEALTH: `${health}`, OTLP: `${otlp}`, ZIPKIN: `${zipkin}`, NOWHERE: `${nowhere}`, FILE: out },
    });
    onTestFinished(() => collector.stop());

    // The other tenant first: what is decided of it is decided when the second one is seen.
    const sent = await fetch(`http://127.0.0.1:${zipkin}/api/v2/spans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([span('1', 'tin'), span('2', 'gold')]),
    });
    expect(sent.status).toBe(202);
    await expect.poll(() => readFile(out, 'utf8'), { timeout: 20_000 }).toContain('by-attributes');
    const written = await readFile(out, 'utf8');
    expect(written).toContain('by-resource');
    expect(written).toContain(span('2', 'gold').traceId);
    expect(written).not.toContain(span('1', 'tin').traceId);
  });
});

/** A span of Zipkin's v2 JSON. */
function span(digit: string, tenant: string) {
  return {
    traceId: digit.repeat(32),
    id: digit.repeat(16),
    name: 'get',
    kind: 'SERVER',
    timestamp: Date.now() * 1000,
    duration: 1000,
    localEndpoint: { serviceName: 'shop' },
    tags: { 'tenant.id': tenant },
  };
}
