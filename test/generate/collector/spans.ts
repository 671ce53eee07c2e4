/** Spans as a proxy or a service sends them, and as the collector's file exporter writes them. */
import { createHash } from 'node:crypto';

/** One span that a test sends. */
export interface Sent {
  /** 32 hexadecimal digits; 16 for a tracer of Zipkin with 64-bit ids. */
  readonly traceId: string;
  readonly service?: string;
  readonly isError?: boolean;
  readonly milliseconds?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A span that was kept. */
export interface Kept {
  readonly traceId: string;
  readonly service: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A trace id that is the same in every run, and as evenly spread as random ones. */
export function traceIdOf(text: string): string {
  return sha256(text).slice(0, 32);
}

/** Sends spans as OTLP JSON over HTTP, in one request. */
export async function sendOtlp(port: number, spans: readonly Sent[]): Promise<void> {
  await post(`http://127.0.0.1:${port}/v1/traces`, { resourceSpans: spans.map(resourceSpan) });
}

/** Sends spans as Zipkin v2 JSON, in one request. */
export async function sendZipkin(port: number, spans: readonly Sent[]): Promise<void> {
  await post(`http://127.0.0.1:${port}/api/v2/spans`, spans.map(zipkinSpan));
}

/** Reads lines of the file exporter (OTLP JSON). */
export function keptSpans(text: string): Kept[] {
  // The last line may be one that is being written.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter(Boolean).flatMap((line) => {
    const { resourceSpans } = JSON.parse(line) as { resourceSpans: readonly ResourceSpans[] };
    return resourceSpans.flatMap(({ resource, scopeSpans }) => {
      const ofResource = toRecord(resource.attributes);
      return scopeSpans.flatMap(({ spans }) =>
        spans.map(({ traceId, attributes }) => ({
          ...{ traceId, service: ofResource['service.name'] ?? '', resource: ofResource },
          attributes: toRecord(attributes),
        })),
      );
    });
  });
}

interface KeyValue {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface ResourceSpans {
  readonly resource: { readonly attributes?: readonly KeyValue[] };
  readonly scopeSpans: readonly {
    readonly spans: readonly { readonly traceId: string; readonly attributes?: readonly KeyValue[] }[];
  }[];
}

function resourceSpan({ traceId, service = 'shop', isError, milliseconds = 1, attributes = {} }: Sent) {
  const start = BigInt(Date.now()) * 1_000_000n;
  return {
    resource: { attributes: toKeyValues({ 'service.name': service }) },
    scopeSpans: [
      {
        spans: [
          {
            traceId,
            spanId: spanId(traceId, service, 'otlp'),
            name: 'GET /',
            kind: 2,
            startTimeUnixNano: `${start}`,
            endTimeUnixNano: `${start + BigInt(milliseconds) * 1_000_000n}`,
            attributes: toKeyValues(attributes),
            status: isError === true ? { code: 2 } : {},
          },
        ],
      },
    ],
  };
}

function zipkinSpan({ traceId, service = 'shop', isError, milliseconds = 1, attributes = {} }: Sent) {
  return {
    traceId,
    id: spanId(traceId, service, 'zipkin'),
    name: 'get /',
    kind: 'SERVER',
    timestamp: Date.now() * 1000,
    duration: milliseconds * 1000,
    localEndpoint: { serviceName: service },
    // As Envoy's Zipkin tracer says it: a tag, as Zipkin has no status.
    tags: { ...attributes, ...(isError === true ? { error: 'true' } : {}) },
  };
}

async function post(url: string, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function spanId(...parts: readonly string[]): string {
  return sha256(parts.join()).slice(0, 16);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function toKeyValues(record: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(record).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

function toRecord(pairs: readonly KeyValue[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value.stringValue ?? '']));
}
