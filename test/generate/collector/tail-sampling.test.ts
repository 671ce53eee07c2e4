import { expect, it } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { otelcol } from '../../tools/tools.ts';
import { generated, textOf } from '../generated.ts';
import { type Running, startGenerated } from './running.ts';
import { type Sent, sendOtlp, sendZipkin, traceIdOf } from './spans.ts';

/** Keeps errors, what takes more than a second, two tenants and a service; and of the rest what `percent` says. */
function meshspan(percent: number, more = ''): string {
  return `
attributes: [{ key: tenant.id, from: [{ header: x-tenant }], maxDistinct: 100 }]
collector:
  decisionWait: 2s
  keep:
    slowerThan: 1s
    attributes: { tenant.id: [acme, "\${env:HOME}"] }
    services: [checkout.shop]
    percent: ${percent}
  ${more}
`;
}

/** Traces of one span each, by what is special about it. */
const WORTH_KEEPING: Readonly<Record<string, Omit<Sent, 'traceId'>>> = {
  error: { isError: true },
  slow: { milliseconds: 1500 },
  tenant: { attributes: { 'tenant.id': 'acme' } },
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the collector's syntax, which it must not take for its own.
  'tenant that reads like a variable': { attributes: { 'tenant.id': '${env:HOME}' } },
  service: { service: 'checkout.shop' },
};
const NOTHING_SPECIAL: Readonly<Record<string, Omit<Sent, 'traceId'>>> = {
  plain: {},
  'not slow': { milliseconds: 900 },
  'another tenant': { attributes: { 'tenant.id': 'other' } },
  'another service': { service: 'search.shop' },
};
const MARKERS: readonly string[] = ['first marker', 'second marker'].map(traceIdOf);
const SENDERS = { OTLP: sendOtlp, Zipkin: sendZipkin } as const;

await describeWithTools('tail sampling of a generated collector', [otelcol], () => {
  it.each(['OTLP', 'Zipkin'] as const)('keeps by %s what is worth it, and nothing else', async (by) => {
    const collector = await start(meshspan(0));
    const port = by === 'OTLP' ? collector.http : collector.zipkin;
    await SENDERS[by](port, [...traces(NOTHING_SPECIAL), ...traces(WORTH_KEEPING)]);
    await decided(collector);
    expect(await keptIds(collector)).toEqual(ids(WORTH_KEEPING));
  });

  it('keeps everything at 100 percent', async () => {
    const collector = await start(meshspan(100));
    await sendOtlp(collector.http, [...traces(NOTHING_SPECIAL), ...traces(WORTH_KEEPING)]);
    await decided(collector);
    expect(await keptIds(collector)).toEqual(ids({ ...WORTH_KEEPING, ...NOTHING_SPECIAL }));
  });

  it('keeps about a tenth at 10 percent, and every error besides', async () => {
    const collector = await start(meshspan(10));
    const plain = Array.from({ length: 1000 }, (_, i) => ({ traceId: traceIdOf(`plain ${i}`) }));
    const errors = Array.from({ length: 50 }, (_, i) => ({
      traceId: traceIdOf(`error ${i}`),
      isError: true,
    }));
    await sendOtlp(collector.http, [...plain, ...errors]);
    await decided(collector);
    const kept = new Set(await keptIds(collector));
    expect(errors.filter(({ traceId }) => kept.has(traceId))).toHaveLength(50);
    // Of the trace ids that hash below 10 %: the same in every run, within three standard deviations of 100.
    const ofTheRest = plain.filter(({ traceId }) => kept.has(traceId)).length;
    expect(ofTheRest).toBeGreaterThan(71);
    expect(ofTheRest).toBeLessThan(129);
  });

  it('keeps the whole trace, also where half of it came by Zipkin with an id of 64 bits', async () => {
    const collector = await start(meshspan(0));
    const id = traceIdOf('short').slice(16);
    await sendOtlp(collector.http, [{ traceId: `${'0'.repeat(16)}${id}`, service: 'w3c' }]);
    await sendZipkin(collector.zipkin, [{ traceId: id, service: 'b3', isError: true }]);
    await decided(collector);
    const spans = (await collector.kept()).filter(({ traceId }) => traceId.endsWith(id));
    expect(spans.map(({ service }) => service).toSorted()).toEqual(['b3', 'w3c']);
  });

  it('gives the environment to resources that have none, and drops what is to be dropped', async () => {
    const collector = await start(`environment: staging\n${meshspan(0, 'drop: [authorization]')}`);
    const attributes = { authorization: 'Bearer x', 'tenant.id': 'acme' };
    await sendOtlp(collector.http, [{ traceId: traceIdOf('secret'), attributes }]);
    await decided(collector);
    const span = (await collector.kept()).find(({ traceId }) => traceId === traceIdOf('secret'));
    expect(span?.resource).toEqual({ 'service.name': 'shop', 'deployment.environment.name': 'staging' });
    expect(span?.attributes).toEqual({ 'tenant.id': 'acme' });
  });

  it('counts spans that it does not keep', async () => {
    const text = textOf(
      generated('collector', `metrics: { labels: [tenant.id] }\n${meshspan(0, 'spanMetrics: true')}`),
      'collector/collector.yaml',
    );
    const collector = await startGenerated(text, {
      connectors: { span_metrics: { metrics_flush_interval: '200ms' } },
      toFile: ['metrics'],
    });
    await sendOtlp(collector.http, [
      ...traces({ a: { attributes: { 'tenant.id': 'one' } }, b: { attributes: { 'tenant.id': 'one' } } }),
      ...traces({ c: { attributes: { 'tenant.id': 'two' } } }),
    ]);
    await expect
      .poll(async () => calls(await collector.written()), { timeout: 60_000 })
      .toEqual({ one: 2, two: 1 });
  });

  it('answers the health check', async () => {
    const collector = await start('{}');
    expect((await fetch(`http://127.0.0.1:${collector.health}/`)).status).toBe(200);
  });
});

function start(text: string): Promise<Running> {
  return startGenerated(textOf(generated('collector', text), 'collector/collector.yaml'));
}

function traces(by: Readonly<Record<string, Omit<Sent, 'traceId'>>>): Sent[] {
  return Object.entries(by).map(([what, span]) => ({ ...span, traceId: traceIdOf(what) }));
}

function ids(by: object): string[] {
  return Object.keys(by).map(traceIdOf).toSorted();
}

/**
 * Waits until all that was sent before has been decided on and written. Traces of one tick of the processor are
 * decided on in no order, so one trace tells that its tick has begun, and one of a later tick that it is over.
 */
async function decided(collector: Running): Promise<void> {
  for (const traceId of MARKERS) {
    await sendOtlp(collector.http, [{ traceId, isError: true }]);
    await expect
      .poll(async () => (await collector.kept()).map((span) => span.traceId), { timeout: 60_000 })
      .toContain(traceId);
  }
}

async function keptIds(collector: Running): Promise<string[]> {
  const kept = (await collector.kept()).map(({ traceId }) => traceId);
  return [...new Set(kept)].filter((id) => !MARKERS.includes(id)).toSorted();
}

/** Counts of spans by tenant, of the last export. */
function calls(written: string): Record<string, number> {
  const last = written.trimEnd().split('\n').at(-1) ?? '';
  if (last === '') return {};
  const { resourceMetrics } = JSON.parse(last) as Metrics;
  const points = resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    .filter(({ name }) => name === 'traces.span.metrics.calls')
    .flatMap(({ sum }) => sum?.dataPoints ?? []);
  return Object.fromEntries(
    points.map(({ attributes, asInt }) => [
      attributes.find(({ key }) => key === 'tenant.id')?.value.stringValue ?? '',
      Number(asInt),
    ]),
  );
}

interface Metrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: {
          readonly dataPoints: readonly {
            readonly attributes: readonly {
              readonly key: string;
              readonly value: { readonly stringValue?: string };
            }[];
            readonly asInt: string;
          }[];
        };
      }[];
    }[];
  }[];
}
