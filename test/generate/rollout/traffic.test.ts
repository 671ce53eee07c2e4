/** A/B tests in a mesh: Istio's own control plane, real Envoys, and where each request ends up. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@meshspan/cli/collector/trace.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { get, newTrace, type SentHeaders } from '../../e2e/client.ts';
import { FILTER } from '../../e2e/shop.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { xdsd } from '../../tools/tools.ts';
import { type RolloutMesh, startRolloutMesh } from './mesh.ts';

const mesh = (fault: string): string => `
attributes:
  - { key: tenant.id, from: [{ header: x-tenant-id }], to: { header: x-tenant } }
  - { key: version, from: [{ node: LABELS.version }] }
trust: { identity: mesh }
sampling: { percent: 100 }
backends: { tracing: "otlp+http://otel.observability:COLLECTOR" }
filter: { image: "file://${FILTER}" }
services: [{ name: orders, namespace: shop, port: SERVICE }]
rollouts:
  - service: orders
    strategy: ab
    by: { attribute: tenant.id, values: [acme, globex] }
    gateways: [ingress/public]
    hosts: [shop.example.com]
    ${fault}
`;

await describeWithTools('requests in an A/B test', [xdsd], () => {
  let running: RolloutMesh;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshspan-rollout-'));
    running = await startRolloutMesh(mesh(''), folder);
  });
  afterAll(async () => {
    await running?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The answer, and the spans of it by the proxy that made them. */
  async function call(
    by: 'sidecar' | 'gateway',
    headers: SentHeaders,
    spans: number,
  ): Promise<{ status: number; body: string; spans: readonly Span[] }> {
    const { traceparent, traceId } = newTrace();
    const answer = await get(running.url[by], { host: running.host[by], traceparent, ...headers });
    const trace = await running.collector.waitForTrace(traceId, (one) => one.spans.length >= spans);
    return { status: answer.status, body: answer.body, spans: trace.spans };
  }

  const cluster = (version: string): string => {
    const [host, port] = running.host.sidecar.split(':');
    return `outbound|${port}|${version}|${host}`;
  };

  it.each([
    { of: 'acme', headers: { 'x-tenant-id': 'acme' }, version: 'v2' },
    { of: 'globex', headers: { 'x-tenant-id': 'globex' }, version: 'v2' },
    { of: 'another tenant', headers: { 'x-tenant-id': 'initech' }, version: 'v1' },
    { of: 'nobody', headers: {}, version: 'v1' },
    // The header is what the attribute is, whatever the caller says.
    {
      of: 'one that claims to be acme',
      headers: { 'x-tenant-id': 'initech', 'x-tenant': 'acme' },
      version: 'v1',
    },
    { of: 'acme, already marked', headers: { 'x-tenant-id': 'acme', 'x-tenant': 'acme' }, version: 'v2' },
  ] as { of: string; headers: SentHeaders; version: string }[])(
    'a request of $of reaches $version, and the spans say so',
    async ({ headers, version }) => {
      const { body, spans } = await call('sidecar', headers, 2);
      expect(body).toBe(version);
      const [caller, served] = ['web', 'orders'].map((name) =>
        spans.find(({ attributes }) => String(attributes.node_id).includes(`~${name}`)),
      );
      expect(caller?.attributes).toMatchObject({ upstream_cluster: cluster(version) });
      expect(served?.attributes).toMatchObject({
        'istio.canonical_service': 'orders',
        'istio.canonical_revision': version,
        version,
      });
    },
  );

  it.each([{ 'x-tenant-id': 'acme' }, { 'x-tenant': 'acme' }] as SentHeaders[])(
    'a stranger with %o gets v1 at the gateway',
    async (headers) => {
      const { body, status } = await call('gateway', headers, 1);
      expect({ body, status }).toEqual({ body: 'v1', status: 200 });
    },
  );

  it('a fault is for the new version only, and its spans can be found', async () => {
    await running.change(mesh('fault: { percent: 100, status: 503 }'));
    const acme = { 'x-tenant-id': 'acme' };
    await vi.waitFor(
      async () =>
        expect((await get(running.url.sidecar, { host: running.host.sidecar, ...acme })).status).toBe(503),
      20_000,
    );
    const { spans } = await call('sidecar', acme, 1);
    expect(spans[0]?.attributes).toMatchObject({
      upstream_cluster: cluster('v2'),
      response_flags: 'FI',
      'tenant.id': 'acme',
    });
    const other = await call('sidecar', { 'x-tenant-id': 'initech' }, 2);
    expect(other).toMatchObject({ status: 200, body: 'v1' });
  });
});
