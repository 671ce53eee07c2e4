import { otlpMessages } from './otlp.ts';
import type { Span } from './trace.ts';

/** 32 hex digits: the trace id of the W3C specification's example. */
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';

/** A span for a test; the id is padded to 16 hex digits, and the rest may be given. */
export function makeSpan(id: string, given: Partial<Span> = {}): Span {
  return {
    service: 'edge',
    name: 'GET /orders',
    kind: 'SERVER',
    spanId: id.padStart(16, '0'),
    parentSpanId: '',
    startMs: 1_750_000_000_000,
    durationMs: 10,
    attributes: {},
    ...given,
  };
}

/** The parts of an OTLP span that tests set, by the names of trace.proto. */
export interface OtlpSpan {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly name?: string;
  readonly kind?: number;
  /** Decimal text, so that no double is between the test and the wire. */
  readonly startTimeUnixNano?: string;
  readonly endTimeUnixNano?: string;
  readonly attributes?: readonly { key: string; value?: object }[];
}

/** The bytes of an ExportTraceServiceRequest of one service, encoded by the published protos. */
export function encodeOtlp(service: string | undefined, spans: readonly OtlpSpan[]): Uint8Array<ArrayBuffer> {
  const attributes = service === undefined ? [] : [{ key: 'service.name', value: { stringValue: service } }];
  const complete = spans.map((span) => ({
    traceId: Buffer.from(TRACE_ID, 'hex'),
    spanId: Buffer.from('b7ad6b7169203331', 'hex'),
    ...span,
  }));
  const request = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: complete }] }] };
  return Uint8Array.from(otlpMessages.collector.trace.v1.ExportTraceServiceRequest.encode(request).finish());
}
