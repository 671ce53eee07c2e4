/**
 * What is generated, in a mesh: Istio's own control plane makes listeners of it, real Envoys take them, and the
 * spans and access logs of real requests are looked at.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Span } from '@meshspan/cli/collector/trace.ts';
import { ISTIO_RELEASES, isAtLeast } from '@meshspan/cli/config/versions.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { get, newTrace, type SentHeaders } from '../../e2e/client.ts';
import type { ReceivedHeaders } from '../../e2e/features/echo.ts';
import { FILTER } from '../../e2e/shop.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { xdsd, xdsd129 } from '../../tools/tools.ts';
import type { Json } from './generated.ts';
import { type MeshOptions, type RunningMesh, startMesh, type Way } from './mesh.ts';

const WAYS: readonly Way[] = ['inbound', 'outbound', 'gateway'];

const ATTRIBUTES = `
name: run
attributes:
  - { key: user.id, from: [{ header: x-user-id }], default: anonymous }
  - { key: tenant.id, from: [{ header: x-tenant-id }] }
  - { key: cluster, from: [{ node: CLUSTER_ID }] }
  - { key: plan, from: [{ header: x-plan }] }
  - { key: colour, from: [{ literal: blue }] }
propagation: [w3c, b3multi]
`;
const IMAGE = `image: "file://${FILTER}", native: [plan]`;
const ALL = 'spanName: ["GET /users/{id}"]\nsampling: { percent: 100 }';
const OTLP = 'backends: { tracing: "otlp+http://COLLECTOR" }';

/**
 * Releases of proxies, and the control plane that serves them. That of 1.29 is brought on request: a run that has
 * not asked for it has no test of it to skip.
 */
const RELEASES = [
  ...ISTIO_RELEASES.map((istio) => ({ istio, tool: xdsd })),
  ...((await xdsd129.whyMissing()) === undefined ? [{ istio: '1.29', tool: xdsd129 }] : []),
];

/** Every way to attach the filter, and to have spans. */
const VARIANTS = [
  { by: 'WasmPlugin', since: '1.28', yaml: [ALL, OTLP, `filter: { ${IMAGE} }`] },
  {
    by: 'TrafficExtension',
    since: '1.30',
    yaml: [ALL, OTLP, `filter: { attach: trafficExtension, ${IMAGE} }`],
  },
  {
    by: 'EnvoyFilter alone',
    since: '1.28',
    yaml: [
      ...[ALL, 'backends: { tracing: "otlp+http://ADDRESS" }', 'istio: { tracing: envoyFilter }'],
      `filter: { attach: envoyFilter, path: "${FILTER}", native: [plan] }`,
    ],
  },
  {
    by: 'WasmPlugin, with Zipkin',
    since: '1.28',
    yaml: [ALL, 'backends: { tracing: "zipkin://COLLECTOR" }', `filter: { ${IMAGE} }`],
  },
].flatMap(({ since, yaml, ...variant }) =>
  RELEASES.filter(({ istio }) => isAtLeast(istio, since)).map((release) => ({
    ...{ ...variant, ...release, text: [ATTRIBUTES, ...yaml].join('\n') },
  })),
);

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

function runningMesh(options: () => Omit<MeshOptions, 'folder'>): () => RunningMesh {
  let mesh: RunningMesh;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshspan-istio-'));
    mesh = await startMesh({ ...options(), folder });
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

await describeWithTools('requests through what is generated', [xdsd], () => {
  describe.each(VARIANTS)('Istio $istio, by $by ($tool.name)', ({ istio, text, tool }) => {
    const mesh = runningMesh(() => ({ text, istio, tool }));

    it.each(WAYS)('%s: the attributes are on the spans and in the access log', async (way) => {
      const { traceparent, traceId, spanId } = newTrace();
      const { server, spans, log, upstream } = await see(mesh(), way, { ...USER, traceparent }, traceId);
      for (const { attributes } of spans) expect(attributes).toMatchObject(OF_USER);
      expect(server.parentSpanId).toBe(spanId);
      // Envoy names spans by a format from 1.37 on; before that by Istio's route.
      expect(server.name === 'GET /users/{id}').toBe(isAtLeast(istio, '1.29'));
      expect(log).toMatchObject({
        ...{ ...OF_USER, trace_id: traceId, parent_id: spanId, path: '/users/7', status: 200 },
      });
      // What hands values over inside of an old proxy does not leave it.
      expect(Object.keys(upstream).filter((name) => name.startsWith('x-meshspan-'))).toEqual([]);
    });

    it('a gateway lets a caller with only B3 join his trace', async () => {
      const { traceId, spanId } = newTrace();
      const b3 = { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1' };
      const { server } = await see(mesh(), 'gateway', { ...USER, ...b3 }, traceId);
      expect(server.parentSpanId).toBe(spanId);
    });
  });

  describe.each(ISTIO_RELEASES)(
    'Istio %s, with no request sampled but those of a tenant, errors logged',
    (istio) => {
      const rules =
        'sampling: { percent: 0, always: [{ when: { tenant.id: acme } }] }\nlogs: { only: errors }\ntrust: { identity: mesh }';
      const mesh = runningMesh(() => ({
        text: [ATTRIBUTES, rules, OTLP, `filter: { ${IMAGE} }`]
          .join('\n')
          .replace('key: tenant.id', 'key: tenant.id, identity: false'),
        ...{ istio, tool: xdsd },
      }));
      /** The trace of a request without one, as the upstream is told of it, and whether spans came. */
      async function sampled(
        way: Way,
        headers: SentHeaders,
      ): Promise<{ sampled: boolean; upstream: ReceivedHeaders }> {
        const { body } = await get(`${mesh().url[way]}/users/7`, { host: mesh().host, ...headers });
        const upstream = JSON.parse(body) as ReceivedHeaders;
        const traceOf = ([traceparent = '']: readonly string[] = []): string =>
          traceparent.split('-')[1] ?? '';
        // Spans are exported in the order in which they end: those of a later request tell that there are no more.
        const later = await get(`${mesh().url[way]}/`, { host: mesh().host, 'x-tenant-id': 'acme' });
        await mesh().collector.waitForTrace(
          traceOf((JSON.parse(later.body) as ReceivedHeaders).traceparent),
          () => true,
        );
        return { sampled: mesh().collector.trace(traceOf(upstream.traceparent)) !== undefined, upstream };
      }

      it.each(WAYS)('%s: the requests of that tenant are sampled, and no others', async (way) => {
        expect(await sampled(way, { 'x-tenant-id': 'acme' })).toMatchObject({ sampled: true });
        expect(await sampled(way, { 'x-tenant-id': 'globex' })).toMatchObject({ sampled: false });
      });

      it.each(['inbound', 'gateway'] as const)('%s: a stranger cannot have himself sampled', async (way) => {
        const forced = await sampled(way, { 'x-tenant-id': 'globex', 'x-envoy-force-trace': '1' });
        expect(forced.sampled).toBe(false);
        expect(forced.upstream).not.toHaveProperty('x-envoy-force-trace');
      });

      it('requests that failed are logged, and no others', async () => {
        const [good, bad] = [newTrace(), newTrace()];
        for (const [path, { traceparent }] of [
          ['/users/7', good],
          ['/status/503', bad],
        ] as const) {
          await get(`${mesh().url.inbound}${path}`, { host: mesh().host, traceparent });
        }
        expect(await logOf(mesh(), 'inbound', bad.traceId)).toMatchObject({ status: 503 });
        expect(mesh().proxies.sidecar.lines().join()).not.toContain(good.traceId);
      });

      it('so is a request whose caller went away', async () => {
        const { traceId, traceparent } = newTrace();
        const leaving = AbortSignal.timeout(50);
        const call = fetch(`${mesh().url.inbound}/after/60000`, {
          headers: { traceparent },
          signal: leaving,
        });
        await expect(call).rejects.toThrow();
        expect(await logOf(mesh(), 'inbound', traceId)).toMatchObject({
          flags: expect.stringContaining('DC'),
        });
      });
    },
  );
});
