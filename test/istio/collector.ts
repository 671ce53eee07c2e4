/** A real OpenTelemetry Collector that writes the spans it gets to a file, as one backend of many would keep them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { stringify } from 'yaml';
import { startCollector } from '../tools/collector.ts';
import { freePorts } from '../tools/free-ports.ts';

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
  /** Everything that has arrived. */
  spans(): Promise<readonly Span[]>;
  /** The spans of a trace once there are `count` of them. Rejects after 20 s. */
  waitForTrace(traceId: string, count: number): Promise<readonly Span[]>;
  stop(): Promise<void>;
}

/** Starts the generated collector: only its addresses are others, and it writes a file instead of sending. */
export async function startSpanFile(folder: string, generated: string, port: number): Promise<SpanFile> {
  const [grpc = 0, zipkin = 0, health = 0] = await freePorts(3);
  const [overlay, file] = [join(folder, 'overlay.yaml'), join(folder, 'spans.jsonl')];
  const at = (port: number): object => ({ endpoint: `127.0.0.1:${port}` });
  await writeFile(
    overlay,
    stringify({
      receivers: { otlp: { protocols: { grpc: at(grpc), http: at(port) } }, zipkin: at(zipkin) },
      exporters: { file: { path: file, flush_interval: '50ms' } },
      extensions: { health_check: at(health) },
      service: {
        telemetry: { metrics: { level: 'none', readers: null } },
        pipelines: { traces: { exporters: ['file'] } },
      },
    }),
  );
  const collector = await startCollector([generated, overlay]);
  const spans = async (): Promise<readonly Span[]> => parse(await readFile(file, 'utf8').catch(() => ''));
  return {
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
