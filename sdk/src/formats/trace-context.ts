/**
 * B3's four sampling states (https://github.com/openzipkin/b3-propagation#sampling-state-1). `defer` means
 * that nobody has decided yet; it must never turn into `deny`.
 */
export type SamplingState = 'accept' | 'deny' | 'debug' | 'defer';

/** A position in a trace, as one of the formats gave it. Every id is lower-case hexadecimal and not zero. */
export interface TraceContext {
  /** 32 characters, or 16 where B3 gave a 64-bit id: B3 sends it on as received, traceparent pads it. */
  readonly traceId: string;
  /** 16 characters: the span that calls, called parent-id in W3C's traceparent. */
  readonly spanId: string;
  /** 16 characters. Only B3 has it, and only where the sender gave it. */
  readonly parentSpanId: string | undefined;
  readonly sampling: SamplingState;
  /** W3C level 2's random-trace-id flag, 0x02. */
  readonly random: boolean;
  /** The tracestate header's value as received, checked. */
  readonly traceState: string | undefined;
}

/** The encodings of a trace context, by the names that the option `propagation` uses. */
export type Format = 'w3c' | 'b3' | 'b3multi';

/** Where formats disagree, the first of these that parses is believed. */
export const DEFAULT_ORDER: readonly Format[] = ['w3c', 'b3', 'b3multi'];
