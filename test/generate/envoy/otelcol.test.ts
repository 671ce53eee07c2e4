import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVOY_RELEASES, isAtLeast } from '@meshspan/cli/config/versions.ts';
import { expect, it, onTestFinished } from 'vitest';
import { get, newTrace } from '../../e2e/client.ts';
import { startEcho } from '../../e2e/features/echo.ts';
import { startCollector } from '../../tools/collector.ts';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture, fixtureFolder } from '../../tools/fixture.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { otelcol } from '../../tools/tools.ts';
import { startEnvoy } from './proxy.ts';

const MESH = `
name: records
environment: development
backends: { logs: otlp }
envoy: [{ node: { cluster: shop-edge } }]
`;

const COLLECTOR = `
receivers:
  otlp:
    protocols:
      grpc: { endpoint: "127.0.0.1:\${env:GRPC}" }
      http: { endpoint: "127.0.0.1:\${env:HTTP}" }
exporters:
  file/traces: { path: "\${env:FOLDER}/traces", flush_interval: 50ms }
  file/logs: { path: "\${env:FOLDER}/logs", flush_interval: 50ms }
service:
  telemetry: { metrics: { level: none } }
  pipelines:
    traces: { receivers: [otlp], exporters: [file/traces] }
    logs: { receivers: [otlp], exporters: [file/logs] }
`;

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}
interface OtlpRecord {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly KeyValue[];
}
/** OTLP in JSON, as the file exporter writes it: one message a line. */
interface Message {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly OtlpRecord[] }[];
  }[];
  readonly resourceLogs?: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeLogs: readonly { readonly logRecords: readonly OtlpRecord[] }[];
  }[];
}

async function messages(file: string): Promise<readonly Message[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Message);
}

function values(attributes: readonly KeyValue[]): object {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue]));
}

const TRANSPORTS = ENVOY_RELEASES.flatMap((release) => [
  { release, kind: 'otlp' as const },
  ...(isAtLeast(release, '1.37') ? [{ release, kind: 'otlp+http' as const }] : []),
]);

await describeWithTools('a real collector', [otelcol], () => {
  it.each(TRANSPORTS)('has the spans and the log of Envoy $release by $kind', async ({ release, kind }) => {
    const FOLDER = await fixtureFolder();
    const [grpc = 0, http = 0] = await freePorts(2);
    const env = { FOLDER, GRPC: String(grpc), HTTP: String(http) };
    const collector = await startCollector(await fixture('collector.yaml', COLLECTOR), env);
    onTestFinished(() => collector.stop());
    const echo = await startEcho();
    onTestFinished(() => echo.stop());
    const tracing = `${kind}://127.0.0.1:${kind === 'otlp' ? grpc : http}`;
    const envoy = await startEnvoy(MESH, release, { app: echo.port, tracing });
    onTestFinished(() => envoy.stop());

    const trace = newTrace();
    await get(`${envoy.url('edge')}/x`, { traceparent: trace.traceparent, 'x-user-id': 'alice' });

    const spans = async (): Promise<readonly OtlpRecord[]> =>
      (await messages(join(FOLDER, 'traces')))
        .flatMap(({ resourceSpans = [] }) => resourceSpans)
        .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    await expect.poll(async () => (await spans()).length, { timeout: 30_000 }).toBe(2);
    for (const { traceId, attributes } of await spans()) {
      expect(traceId).toBe(trace.traceId);
      expect(values(attributes)).toMatchObject({ 'user.id': 'alice' });
    }

    const logs = async (): Promise<NonNullable<Message['resourceLogs']>> =>
      (await messages(join(FOLDER, 'logs'))).flatMap(({ resourceLogs = [] }) => resourceLogs);
    await expect.poll(async () => (await logs()).length, { timeout: 30_000 }).toBe(1);
    const [log] = await logs();
    expect(values(log?.resource.attributes ?? [])).toMatchObject({ 'service.name': 'shop-edge' });
    const [record] = log?.scopeLogs.flatMap(({ logRecords }) => logRecords) ?? [];
    expect(record?.traceId).toBe(trace.traceId);
    expect((await spans()).map(({ spanId }) => spanId)).toContain(record?.spanId);
    expect(values(record?.attributes ?? [])).toMatchObject({
      ...{ 'user.id': 'alice', parent_id: trace.spanId, method: 'GET', path: '/x', status: '200' },
    });
  });
});
