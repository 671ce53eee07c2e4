/** The part a span plays in a call, by OpenTelemetry's names. A Zipkin span without a kind is UNSPECIFIED. */
export type SpanKind = 'SERVER' | 'CLIENT' | 'INTERNAL' | 'PRODUCER' | 'CONSUMER' | 'UNSPECIFIED';

/** A value as the wire had it. Lists, maps and bytes are JSON text; an integer beyond 2^53 is decimal text. */
export type AttributeValue = string | number | boolean;

/** One span, the same whether it came by OTLP or by Zipkin. This is also the JSON of `demo --once --json`. */
export interface Span {
  /** OTLP: resource attribute `service.name`; Zipkin: `localEndpoint.serviceName`; else `unknown_service`. */
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or `''` for a root. */
  readonly parentSpanId: string;
  /** Milliseconds since 1970, exact to the microsecond: 1750000000000.123. */
  readonly startMs: number;
  /** Milliseconds, exact to the nanosecond by OTLP and to the microsecond by Zipkin; never negative. */
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** The spans of one trace id that arrived so far, the earliest start first. */
export interface Trace {
  /** Lower-case hex as it came: 32 digits, from Zipkin also 16. */
  readonly traceId: string;
  readonly spans: readonly Span[];
}

/** What a decoder yields: a span, and the trace it is of. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly span: Span;
}

/** The name OpenTelemetry's resource conventions give a service that does not say its own. */
export const UNKNOWN_SERVICE = 'unknown_service';
