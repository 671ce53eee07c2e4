/**
 * What is generated, in a mesh: Istio's own control plane makes listeners of it, real Envoys take them, and the
 * spans and access logs of real requests are looked at.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@meshspan/cli/collector/trace.ts';
import { isAtLeast } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { get, newTrace, type SentHeaders } from '../../e2e/client.ts';
import type { ReceivedHeaders } from '../../e2e/features/echo.ts';
import { FILTER } from '../../e2e/shop.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { xdsd } from '../../tools/tools.ts';
import type { Json } from './generated.ts';
import { type RunningMesh, startMesh, type Way } from './mesh.ts';

const WAYS: readonly Way[] = ['inbound', 'outbound', 'gateway'];

const ATTRIBUTES = `
name: run
attributes:
  - { key: user.id, from: [{ header: x-user-id }], default: anonymous }
  - { key: tenant.id, from: [{ header: x-tenant-id }] }
  - { key: cluster, from: [{ node: CLUSTER_ID }] }
  - { key: plan, from: [{ header: x-plan }] }
  - { key: colour, from: [{ literal: blue }] }
spanName: ["GET /users/{id}"]
propagation: [w3c, b3multi]
sampling: { percent: 100 }
backends: { tracing: "otlp+http://COLLECTOR" }
`;
const BY_PLUGIN = `${ATTRIBUTES}
filter: { image: "file://${FILTER}", native: [plan] }
`;

const USER: SentHeaders = { 'x-user-id': 'alice', 'x-tenant-id': 'globex', 'x-plan': 'gold' };

/** The attributes of that user, wherever they arrive. */
const OF_USER = {
  ...{ 'user.id': 'alice', 'tenant.id': 'globex', cluster: 'eu-central', plan: 'gold', colour: 'blue' },
};

/** What came of one request. */
interface Seen {
  readonly upstream: ReceivedHeaders;
  readonly server: Span;
  readonly spans: readonly Span[];
  readonly log: Json;
}

function runningMesh(
  options: () => Pick<Parameters<typeof startMesh>[0], 'text' | 'istio'>,
): () => RunningMesh {
  let mesh: RunningMesh;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshspan-istio-'));
    mesh = await startMesh({ ...options(), tool: xdsd, folder });
  });
  afterAll(async () => {
    await mesh?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  return () => mesh;
}

/** Sends a request of a caller's trace, and waits for what it leaves behind. */
async function see(mesh: RunningMesh, way: Way, headers: SentHeaders, traceId: string): Promise<Seen> {
  const { body, status } = await get(`${mesh.url[way]}/users/7`, { host: mesh.host, ...headers });
  expect({ status, body }).toMatchObject({ status: 200 });
  // A gateway makes a span of the call upstream too (Istio, tracing.go, `startChildSpan`).
  const count = way === 'gateway' ? 2 : 1;
  const { spans } = await mesh.collector.waitForTrace(traceId, (trace) => trace.spans.length >= count);
  const server = spans.find(({ kind }) => kind === 'SERVER' || spans.length === 1) as Span;
  return {
    upstream: JSON.parse(body) as ReceivedHeaders,
    server,
    spans,
    log: await logOf(mesh, way, traceId),
  };
}

async function logOf(mesh: RunningMesh, way: Way, traceId: string): Promise<Json> {
  const proxy = mesh.proxies[way === 'gateway' ? 'gateway' : 'sidecar'];
  return vi.waitFor(() => {
    const line = proxy
      .lines()
      .find((text) => text.startsWith('{') && text.includes(`"trace_id":"${traceId}"`));
    if (line === undefined) throw new Error(`no line of trace ${traceId} in the access log`);
    return JSON.parse(line) as Json;
  }, 10_000);
}

describe.each(['1.31', '1.30', '1.29', '1.28'])('Istio %s', async (istio) => {
  await describeWithTools('by WasmPlugin, Telemetry and MeshConfig', [xdsd], () => {
    const mesh = runningMesh(() => ({ text: BY_PLUGIN, istio }));

    it.each(WAYS)('%s: the attributes are on the spans and in the access log', async (way) => {
      const { traceparent, traceId, spanId } = newTrace();
      const { server, spans, log, upstream } = await see(mesh(), way, { ...USER, traceparent }, traceId);
      for (const { attributes } of spans) expect(attributes).toMatchObject(OF_USER);
      expect(server.parentSpanId).toBe(spanId);
      expect(log).toMatchObject({
        ...OF_USER,
        trace_id: traceId,
        parent_id: spanId,
        path: '/users/7',
        status: 200,
      });
      // What hands values over inside of an old proxy does not leave it.
      expect(Object.keys(upstream).filter((name) => name.startsWith('x-meshspan-'))).toEqual([]);
      expect(server.name).toBe(isAtLeast(istio, '1.29') ? 'GET /users/{id}' : server.name);
    });

    it('a gateway lets a caller with only B3 join his trace', async () => {
      const { traceId, spanId } = newTrace();
      const b3 = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' };
      const { server } = await see(mesh(), 'gateway', { ...USER, ...b3 }, traceId);
      expect(server.parentSpanId).toBe(spanId);
    });
  });
});
