import { randomBytes } from 'node:crypto';
import { isAtLeast } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { get, newTrace } from '../e2e/client.ts';
import { describeWithTools } from '../tools/describe.ts';
import type { Span } from './collector.ts';
import { type Mesh, startMesh } from './mesh.ts';
import { IS_ISTIO_ENVOY } from './proxy-image.ts';
import { type Attach, RELEASE } from './releases.ts';
import { CLUSTER } from './services.ts';

/** Gateway SERVER and CLIENT, orders' sidecar in and out, inventory's in: sidecars make one span a listener. */
const SPANS = 5;

for (const attach of RELEASE.attach) {
  await describeWithTools(`the shop in a mesh of Istio ${RELEASE.code}, ${attach}`, RELEASE.tools, () =>
    suite(attach),
  );
}

/** From 1.30 on the control plane makes a TrafficExtension of each WasmPlugin, which the filter's name tells. */
function nameOfFilter(attach: Attach): string {
  if (!isAtLeast(RELEASE.istio, '1.30')) return 'extensions.istio.io/wasmplugin/istio-system.shop';
  const extension = 'extensions.istio.io/trafficextension/istio-system.shop';
  return attach === 'wasmPlugin' ? `${extension}~istio-translated-wasmplugin` : extension;
}

function suite(attach: Attach): void {
  let mesh: Mesh;
  beforeAll(async () => {
    mesh = await startMesh({ attach });
  });
  afterAll(() => mesh?.stop());

  const order = (headers: Readonly<Record<string, string>>): ReturnType<typeof get> =>
    get(mesh.url, { host: mesh.host, 'x-user-id': 'alice', 'x-tenant-id': 'acme', ...headers });

  /** Every span but the first has its parent in the trace; the first has `parent`. */
  function expectWhole(spans: readonly Span[], parent: string): void {
    const ids = new Set(spans.map(({ spanId }) => spanId));
    expect(ids.size).toBe(spans.length);
    const outside = spans.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId));
    expect(outside.map(({ parentSpanId = '' }) => parentSpanId)).toEqual([parent]);
  }

  function attribute(span: Span, key: string): unknown[] {
    return span.attributes.filter(([name]) => name === key).map(([, value]) => value);
  }

  it('is of this release: agents, Envoys, and the name that the control plane gives the filter', async () => {
    for (const { admin, configuration } of Object.values(mesh.agents)) {
      const { version, node } = (await (await fetch(`${admin}/server_info`)).json()) as {
        version: string;
        node: { metadata: { ISTIO_VERSION: string } };
      };
      // An image may be of another patch than the code here, and Istio's build of Envoy has a version of its own.
      if (IS_ISTIO_ENVOY) expect(node.metadata.ISTIO_VERSION).toMatch(new RegExp(`^${RELEASE.istio}\\b`));
      else {
        expect(version.split('/')[1]).toBe(RELEASE.envoy);
        expect(node.metadata.ISTIO_VERSION.split('-')[0]).toBe(RELEASE.version);
      }
      const names = (await configuration()).match(/extensions\.istio\.io\/[^"]+/g);
      expect([...new Set(names)]).toEqual([nameOfFilter(attach)]);
    }
  });

  it('is one trace through gateway, sidecars and both services, who and where on every span, once', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    expect((await order({ traceparent })).status).toBe(200);
    const spans = await mesh.collector.waitForTrace(traceId, SPANS);
    expect(spans).toHaveLength(SPANS);
    expectWhole(spans, spanId);
    for (const span of spans) {
      expect(attribute(span, 'user.id')).toEqual(['alice']);
      expect(attribute(span, 'tenant.id')).toEqual(['acme']);
      expect(attribute(span, 'cluster')).toEqual([CLUSTER]);
    }
    expect(spans.filter(({ kind }) => kind === 2)).toHaveLength(3);
    expect(new Set(spans.map(({ service }) => service))).toEqual(
      new Set(['edge.ingress', 'orders.shop', 'inventory.shop']),
    );
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['GET /orders/{id}', 'GET /stock/{id}']),
    );
  });

  it('joins the trace of a caller that sends only B3, in one header or in several', async () => {
    const forms = [
      (trace: string, span: string) => ({ 'x-b3-traceid': trace, 'x-b3-spanid': span, 'x-b3-sampled': '1' }),
      (trace: string, span: string) => ({ b3: `${trace}-${span}-1` }),
    ];
    for (const headers of forms) {
      const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
      expect((await order(headers(traceId, spanId))).status).toBe(200);
      expectWhole(await mesh.collector.waitForTrace(traceId, SPANS), spanId);
    }
  });

  it('begins a trace where traceparent is none, which would otherwise switch tracing off', async () => {
    const user = `user-${randomBytes(4).toString('hex')}`;
    expect((await order({ traceparent: 'not-a-trace', 'x-user-id': user })).status).toBe(200);
    await expect
      .poll(
        async () =>
          (await mesh.collector.spans()).filter((span) => attribute(span, 'user.id')[0] === user).length,
        {
          timeout: 20_000,
        },
      )
      .toBe(SPANS);
  });

  it('writes an access log with the ids of the spans and the attributes', async () => {
    const { traceId, traceparent } = newTrace();
    await order({ traceparent });
    const spans = await mesh.collector.waitForTrace(traceId, SPANS);
    const line =
      mesh.agents.inventory.process.lines().find((text) => text.startsWith('{') && text.includes(traceId)) ??
      '{}';
    const log = JSON.parse(line) as Readonly<Record<string, unknown>>;
    expect(log).toMatchObject({
      trace_id: traceId,
      'user.id': 'alice',
      'tenant.id': 'acme',
      cluster: CLUSTER,
      status: 200,
    });
    const own = spans.find(({ service, kind }) => service === 'inventory.shop' && kind === 2);
    // An older Envoy has no %SPAN_ID%: its line is found by the trace and the caller's span.
    expect(log.span_id).toBe(isAtLeast(RELEASE.envoy, '1.38') ? own?.spanId : undefined);
    expect(log.parent_id).toBe(own?.parentSpanId);
  });

  it('counts by tenant, with a label, where Istio has Prometheus look', async () => {
    await order({ 'x-tenant-id': 'globex' });
    const metrics = async (): Promise<string> =>
      (await fetch(`${mesh.agents.inventory.status}/stats/prometheus`)).text();
    await expect
      .poll(metrics, { timeout: 10_000 })
      .toMatch(/^meshspan_tenant_id_requests\{[^}]*tenant_id="globex"[^}]*\} [1-9]/m);
    expect(await metrics()).not.toMatch(/^meshspan_config_errors\{?[^ ]* [1-9]/m);
  });

  it('has no proxy that refused what it was sent', () => {
    for (const { process } of Object.values(mesh.agents)) {
      expect(process.lines().filter((line) => / rejected: /.test(line))).toEqual([]);
    }
  });
}
