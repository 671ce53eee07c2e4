import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { assertPropagates, type Downstream, startDownstream } from '../src/testing/index.ts';
import { getJson, listen } from './servers.ts';

const examples = new URL('../../examples/', import.meta.url);
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

type Arguments = readonly string[];

/** Folder, and what `node` is given there: as the scripts of its package.json have it. */
const EXAMPLES: readonly (readonly [name: string, folder: string, plain: Arguments, withSdk: Arguments])[] = [
  ['Express, ESM', 'express-esm', ['app.js'], ['--import', './instrumentation.js', 'app.js']],
  ['Fastify, CJS', 'fastify-cjs', ['app.js'], ['--require', './instrumentation.js', 'app.js']],
  ...(['express', 'fastify'] as const).map((platform) => {
    const main = `dist/main-${platform}.js`;
    return [
      `NestJS on ${platform}`,
      'nestjs',
      [main],
      ['--import', './dist/instrumentation.js', main],
    ] as const;
  }),
] as const;
/** What fastify-cjs names as its formats; the others send what came. */
const FORMATS = { 'fastify-cjs': ['b3multi', 'w3c'] } as const;
const IDENTITY = { 'x-user-id': 'ada', 'x-tenant-id': 'acme' };

beforeAll(async () => {
  const project = fileURLToPath(new URL('nestjs', examples));
  await promisify(execFile)(process.execPath, [`${modules}typescript/bin/tsc`, '-p', project]);
}, 120_000);

/** Runs an example until the test ends. Resolves with its origin, what it has printed, and a way to end it. */
async function start(folder: string, args: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL(folder, examples)),
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const [, address] = /^listening on (http:\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address.replace('localhost', '127.0.0.1'));
    });
    child.once('close', () => reject(new Error(lines.join('\n'))));
  });
  const end = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
  };
  return { url: `${url}/orders/7`, lines, end };
}

interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { key: string; value: { stringValue?: string } }[];
}

/** A collector in small, for OTLP over HTTP as JSON. */
async function serveCollector(): Promise<{ url: string; spans: ExportedSpan[] }> {
  const spans: ExportedSpan[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    for (const { scopeSpans } of body.resourceSpans) {
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  return { url: await listen(server), spans };
}

async function downstreamUntilEnd(): Promise<Downstream> {
  const downstream = await startDownstream({ left: 7 });
  onTestFinished(() => downstream.close());
  return downstream;
}

// A limit for a machine that is busy with other things; most of it is the start of a process.
describe.each(EXAMPLES)('%s', { timeout: 60_000 }, (_name, folder, plain, withSdk) => {
  const propagation = folder in FORMATS ? { propagation: FORMATS[folder as keyof typeof FORMATS] } : {};

  it('propagates every vector', async () => {
    const downstream = await downstreamUntilEnd();
    const { url, lines } = await start(folder, plain, { INVENTORY_URL: downstream.url });
    await assertPropagates({ url, downstream, ...propagation });
    expect(await getJson(url, IDENTITY)).toMatchObject({ order: '7', stock: { left: 7 } });
    const who = folder === 'nestjs' ? 'for acme' : '"tenant.id":"acme"';
    expect(lines.some((line) => line.includes(who))).toBe(true);
  });

  it("propagates every vector with OpenTelemetry, as its span's child, and the span knows for whom", async () => {
    const downstream = await downstreamUntilEnd();
    const collector = await serveCollector();
    const addresses = { INVENTORY_URL: downstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const metricsAndLogs = { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
    const service = await start(folder, withSdk, { ...addresses, ...metricsAndLogs });
    await assertPropagates({ url: service.url, downstream, mode: 'child', ...propagation });
    await getJson(service.url, IDENTITY);
    await service.end();
    const ofAda = collector.spans.filter(({ attributes }) =>
      attributes.some(({ key, value }) => key === 'user.id' && value.stringValue === 'ada'),
    );
    // SPAN_KIND_SERVER is 2 in OTLP.
    expect(ofAda.map(({ kind }) => kind)).toContain(2);
  });
});
