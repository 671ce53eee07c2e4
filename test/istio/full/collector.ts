/** A real OpenTelemetry Collector that writes the spans it gets to a file, as one backend of many would keep them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { startCollector } from '../../tools/collector.ts';
import { freePorts } from '../../tools/fixture.ts';

/** A span as it arrived. Attributes are a list, so that a key that came twice is seen. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** OTLP's number: 2 is SERVER, 3 is CLIENT. */
  readonly kind: number;
  readonly attributes: readonly (readonly [key: string, value: unknown])[];
  /** `service.name` of its resource. */
  readonly service: unknown;
}

export interface SpanFile {
  /** Port of OTLP over HTTP on loopback. */
  readonly port: number;
  readonly pid: number;
  /** Everything that has arrived. */
  spans(): Promise<readonly Span[]>;
  /** The spans of a trace once there are `count` of them. Rejects after 20 s. */
  waitForTrace(traceId: string, count: number): Promise<readonly Span[]>;
  stop(): Promise<void>;
}

export async function startSpanFile(folder: string): Promise<SpanFile> {
  const [port = 0] = await freePorts(1);
  const [config, file] = [join(folder, 'otelcol.yaml'), join(folder, 'spans.jsonl')];
  await writeFile(
    config,
    `receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { file: { path: "${file}", flush_interval: 50ms } }
service:
  telemetry: { metrics: { level: none } }
  pipelines: { traces: { receivers: [otlp], exporters: [file] } }
`,
  );
  const collector = await startCollector(config);
  const spans = async (): Promise<readonly Span[]> => parse(await readFile(file, 'utf8'));
  return {
    port,
    pid: collector.pid,
    spans,
    waitForTrace: (traceId, count) =>
      vi.waitFor(
        async () => {
          const found = (await spans()).filter((span) => span.traceId === traceId);
          if (found.length >= count) return found;
          throw new Error(`${found.length} spans of ${traceId}: ${JSON.stringify(found)}`);
        },
        { timeout: 20_000, interval: 50 },
      ),
    stop: () => collector.stop(),
  };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

type OtlpSpan = Omit<Span, 'attributes' | 'service'> & { readonly attributes?: readonly OtlpAttribute[] };

interface OtlpBatch {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

function parse(text: string): readonly Span[] {
  // What stands behind the last line's end is still being written.
  const lines = text.split('\n').slice(0, -1);
  return lines.flatMap((line) =>
    (JSON.parse(line) as OtlpBatch).resourceSpans.flatMap(({ resource, scopeSpans }) => {
      const service = new Map(pairs(resource.attributes)).get('service.name');
      return scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({ ...span, service, attributes: pairs(span.attributes) })),
      );
    }),
  );
}

function pairs(attributes: readonly OtlpAttribute[] = []): readonly (readonly [string, unknown])[] {
  return attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const);
}
