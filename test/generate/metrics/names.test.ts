import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { proxyStats } from '@meshspan/cli/plan/metric-labels.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startCollector } from '../../tools/collector.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { moduleFolder } from '../../tools/go-tool.ts';
import { otelcol, xdsd } from '../../tools/tools.ts';
import { generated, loadFixture, MESH_NAMES } from './meshes.ts';
import { metricNames, withoutVariables } from './promql.ts';
import {
  asIstio,
  metricsOf,
  type ProxyWithTraffic,
  samples,
  startPlain,
  withEveryTracer,
} from './proxies.ts';

/** Of Prometheus itself. */
const OWN = ['up', 'ALERTS'];
/** Of the kubelet. Istio's dashboards read it too. */
const CADVISOR = ['container_cpu_usage_seconds_total'];

// xdsd is not run: with it Istio's sources are in Go's module cache.
await describeWithTools('metrics of rules and dashboards', [otelcol, xdsd], () => {
  let plain: ProxyWithTraffic | undefined;
  let istio: ProxyWithTraffic | undefined;
  beforeAll(async () => {
    plain = await startPlain('1.40.0', withEveryTracer);
    const stats = proxyStats((await loadFixture('tenants')).mesh) as Parameters<typeof asIstio>[0];
    istio = await startPlain('1.39.3', await asIstio(stats));
    for (const proxy of [plain, istio]) {
      for (const status of [200, 503]) await proxy.request('acme', status);
    }
  });
  afterAll(async () => {
    await plain?.stop();
    await istio?.stop();
  });

  it('are those that real programs tell', async () => {
    const [wanted, recorded] = await metricsOfFiles();
    const known = new Set([...OWN, ...recorded, ...(await ofIstio()), ...(await ofCollector())]);
    const told = async (): Promise<string[]> => {
      const of = await Promise.all([plain, istio].map((proxy) => metricsOf(proxy as ProxyWithTraffic)));
      return [...wanted].filter((name) => !known.has(name) && !of.flat().includes(name));
    };
    // The filter tells Envoy of its counters once a second.
    await expect.poll(told, { timeout: 30_000 }).toEqual([]);
  });

  it("are kept by Istio's proxies with proxy-stats.yaml, with the labels that the rules ask for", async () => {
    const text = async (): Promise<string> =>
      (await fetch(`${(istio as ProxyWithTraffic).admin}/stats/prometheus`)).text();
    await expect
      .poll(text, { timeout: 30_000 })
      .toMatch(/^meshspan_tenant_id_errors\{tenant_id="acme"\} 1$/m);
    const all = await text();
    expect(all).toMatch(/^meshspan_build_info\{meshspan_version="[\d.]+"\} 1$/m);
    expect(all).toMatch(/^envoy_tracing_opentelemetry_spans_dropped\{\} /m);
    expect(all).toMatch(
      /^envoy_cluster_upstream_rq\{cluster_name="outbound\|4317\|\|otel-collector\.observability\.svc\.cluster\.local",response_code_class="5xx"\} [1-9]/m,
    );
    // What nobody asked for is not there: the list is in force.
    expect(all).not.toContain('app.shop.svc.cluster.local');
  });

  it("of the OpenTelemetry tracer do not show an unreachable collector, but the cluster's do", async () => {
    const value = async (name: string): Promise<number> => {
      const text = await (await fetch(`${(plain as ProxyWithTraffic).admin}/stats/prometheus`)).text();
      return Number(
        text
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.split(' ')
          .at(-1),
      );
    };
    const failed =
      'envoy_cluster_upstream_rq_xx{envoy_response_code_class="5",envoy_cluster_name="meshspan_collector"}';
    await expect.poll(() => value(failed), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(await value('envoy_tracing_opentelemetry_spans_sent')).toBeGreaterThan(0);
    // When this fails, Envoy has learned to count them: the alert can then ask the tracer.
    expect(await value('envoy_tracing_opentelemetry_spans_dropped')).toBe(0);
  });
});

/** Names that rules and dashboards of all fixtures read, and those that the rules record. */
async function metricsOfFiles(): Promise<readonly [ReadonlySet<string>, ReadonlySet<string>]> {
  const wanted = new Set<string>();
  const recorded = new Set<string>();
  for (const mesh of MESH_NAMES) {
    const rules = join(await generated('metrics', mesh), 'rules.yaml');
    const { groups } = parse(await readFile(rules, 'utf8')) as {
      groups: { rules: { record?: string; expr: string }[] }[];
    };
    for (const { record, expr } of groups.flatMap(({ rules }) => rules)) {
      if (record !== undefined) recorded.add(record);
      for (const name of metricNames(expr)) wanted.add(name);
    }
    const dashboards = await generated('dashboards', mesh);
    for (const file of (await readdir(dashboards)).filter((name) => name.endsWith('.json'))) {
      const text = await readFile(join(dashboards, file), 'utf8');
      for (const expr of expressions(JSON.parse(text))) {
        for (const name of metricNames(withoutVariables(expr))) wanted.add(name);
      }
    }
  }
  return [wanted, recorded];
}

/** Every `expr` in a dashboard, and the series of `label_values(series, label)`. */
function expressions(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'expr') return [inner as string];
    if (key === 'definition') return [/^label_values\((.*), \w+\)$/.exec(inner as string)?.[1] ?? ''];
    return expressions(inner);
  });
}

/**
 * Istio's proxies and istiod are not run here: names from Istio's source. The request metrics are those of its
 * dashboards, which its own integration tests hold against a mesh; the filter that writes them (istio.stats) is
 * not in upstream Envoy.
 */
async function ofIstio(): Promise<string[]> {
  const istio = await moduleFolder('istio', 'istio.io/istio');
  const read = (path: string): Promise<string> => readFile(join(istio, path), 'utf8');
  const dashboards = join('manifests', 'addons', 'dashboards');
  const workloads = await read(join(dashboards, 'istio-workload-dashboard.json'));
  const xds = await read('pkg/xds/monitoring.go');
  const wasm = await read('pkg/wasm/monitoring.go');
  const agent = await read('pilot/cmd/pilot-agent/status/server.go');
  const resources = await read(join(dashboards, 'istio-extension-dashboard.json'));
  return [
    ...['istio_requests_total', 'istio_request_duration_milliseconds_bucket'].filter((name) =>
      workloads.includes(name),
    ),
    ...['pilot_total_xds_rejects'].filter((name) => xds.includes(`"${name}"`)),
    ...['wasm_remote_fetch_count']
      .filter((name) => wasm.includes(`"${name}"`) && agent.includes('"istio_agent_"'))
      .map((name) => `istio_agent_${name}`),
    ...CADVISOR.filter((name) => resources.includes(name)),
  ];
}

/** What a real collector tells of itself once traces have gone through it. */
async function ofCollector(): Promise<readonly string[]> {
  const [port, telemetry] = await freePorts(2);
  const config = {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: {
      tail_sampling: {
        decision_wait: '1s',
        num_traces: 1,
        policies: [{ name: 'all', type: 'always_sample' }],
      },
    },
    exporters: {
      otlp: {
        ...{ endpoint: '127.0.0.1:9', tls: { insecure: true } },
        retry_on_failure: { enabled: false },
      },
    },
    service: {
      telemetry: {
        metrics: {
          level: 'normal',
          readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: telemetry } } } }],
        },
      },
      pipelines: { traces: { receivers: ['otlp'], processors: ['tail_sampling'], exporters: ['otlp'] } },
    },
  };
  const collector = await startCollector(await fixture('collector.yaml', JSON.stringify(config)));
  try {
    for (const traceId of ['1', '2'].map((digit) => digit.repeat(32)))
      await send(`http://127.0.0.1:${port}`, traceId);
    const names = async (): Promise<readonly string[]> =>
      samples(await (await fetch(`http://127.0.0.1:${telemetry}/metrics`)).text());
    await expect.poll(names, { timeout: 30_000 }).toContain('otelcol_exporter_send_failed_spans');
    return await names();
  } finally {
    await collector.stop();
  }
}

async function send(url: string, traceId: string): Promise<void> {
  const nanoseconds = `${Date.now()}000000`;
  const times = { startTimeUnixNano: nanoseconds, endTimeUnixNano: nanoseconds };
  const span = { traceId, spanId: traceId.slice(16), name: 'call', kind: 2, ...times };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  const headers = { 'content-type': 'application/json' };
  expect((await fetch(`${url}/v1/traces`, { method: 'POST', headers, body })).status).toBe(200);
}
