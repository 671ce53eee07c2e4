// The published OpenTelemetry protos as generated code. 0.214 is pinned because it is the last line that still
// ships decoders: later versions of this package write OTLP by hand and can no longer read it.
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js';
import { listAt, objectAt, Refusal, textAt, unexpected, unsignedAt } from './refusal.ts';
import { type AttributeValue, type ReceivedSpan, type SpanKind, UNKNOWN_SERVICE } from './trace.ts';

/** A message of the generated code: `toObject` turns 64-bit integers into decimal text, so none is rounded. */
interface Message<T> {
  decode(bytes: Uint8Array): T;
  encode(message: object): { finish(): Uint8Array };
  toObject(message: T, options: { longs: StringConstructor }): object;
}

/** The generated messages that the collector, and the tests that post to it, use. */
export interface OtlpMessages {
  readonly collector: {
    readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: Message<object> } };
  };
  readonly trace: { readonly v1: { readonly Status: Message<object> } };
}

/** The `opentelemetry.proto` package; its own typings say no more than "a root". */
export const otlpMessages: OtlpMessages = (root as unknown as { opentelemetry: { proto: OtlpMessages } })
  .opentelemetry.proto;

/** Enum `Span.SpanKind` of trace.proto, in the order of its numbers. */
const KINDS: readonly SpanKind[] = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

/** Lists and maps inside each other; real attributes have one or two, and a hostile body overflows the stack. */
const MAX_DEPTH = 32;

/** Decodes the protobuf body of `POST /v1/traces`. Throws a 400 Refusal that says which part is wrong. */
export function decodeOtlp(body: Uint8Array): ReceivedSpan[] {
  const { ExportTraceServiceRequest } = otlpMessages.collector.trace.v1;
  let request: object;
  try {
    request = ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), { longs: String });
  } catch (error) {
    throw new Refusal(
      400,
      `body: expected an ExportTraceServiceRequest in protobuf, got: ${(error as Error).message}`,
    );
  }
  return readRequest(request);
}

/**
 * Reads an ExportTraceServiceRequest in the OTLP JSON mapping, whose field names are also those of the decoded
 * protobuf; ids are hex in JSON and bytes in protobuf. Throws a 400 Refusal with the path of the wrong field.
 */
export function readRequest(request: unknown): ReceivedSpan[] {
  const received: ReceivedSpan[] = [];
  for (const [r, resourceSpans] of listAt(
    objectAt(request, 'body').resourceSpans,
    'resourceSpans',
  ).entries()) {
    const resourceAt = `resourceSpans[${r}]`;
    const { resource, scopeSpans } = objectAt(resourceSpans, resourceAt);
    const resourceAttributes = resource ? objectAt(resource, `${resourceAt}.resource`).attributes : undefined;
    const described = readAttributes(resourceAttributes, `${resourceAt}.resource.attributes`);
    const service = String(described['service.name'] || UNKNOWN_SERVICE);
    for (const [s, scope] of listAt(scopeSpans, `${resourceAt}.scopeSpans`).entries()) {
      const scopeAt = `${resourceAt}.scopeSpans[${s}]`;
      for (const [n, span] of listAt(objectAt(scope, scopeAt).spans, `${scopeAt}.spans`).entries()) {
        received.push(readSpan(span, service, `${scopeAt}.spans[${n}]`));
      }
    }
  }
  return received;
}

function readSpan(value: unknown, service: string, at: string): ReceivedSpan {
  const span = objectAt(value, at);
  const startNanos = unsignedAt(span.startTimeUnixNano, `${at}.startTimeUnixNano`);
  const lasted = unsignedAt(span.endTimeUnixNano, `${at}.endTimeUnixNano`) - startNanos;
  const parent = span.parentSpanId;
  return {
    traceId: readId(span.traceId, 16, `${at}.traceId`),
    span: {
      service,
      name: textAt(span.name, `${at}.name`),
      kind: KINDS[Number(span.kind ?? 0)] ?? 'UNSPECIFIED',
      spanId: readId(span.spanId, 8, `${at}.spanId`),
      parentSpanId: isAbsentId(parent) ? '' : readId(parent, 8, `${at}.parentSpanId`),
      // Nanoseconds since 1970 need 61 bits and a double has 53: cut to microseconds while still a BigInt.
      startMs: Number(startNanos / 1000n) / 1000,
      durationMs: lasted > 0n ? Number(lasted) / 1e6 : 0,
      attributes: readAttributes(span.attributes, `${at}.attributes`),
    },
  };
}

/** Lower-case hex. trace.proto: "An ID with all zeroes is invalid", and so is one of another length. */
function readId(value: unknown, bytes: number, at: string): string {
  const hex =
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : textAt(value, at).toLowerCase();
  if (hex.length !== bytes * 2 || !/^[0-9a-f]+$/.test(hex) || /^0+$/.test(hex)) {
    throw unexpected(`${bytes} bytes, not all zero`, value, at);
  }
  return hex;
}

/** A root has no parent id; some senders write it as zeros. */
function isAbsentId(value: unknown): boolean {
  if (value instanceof Uint8Array) return value.every((byte) => byte === 0);
  return value === undefined || value === null || (typeof value === 'string' && /^0*$/.test(value));
}

function readAttributes(value: unknown, at: string, depth = 0): Record<string, AttributeValue> {
  // fromEntries makes own properties, so that a key such as `__proto__` is a key like any other.
  return Object.fromEntries(
    listAt(value, at).map((entry, index) => {
      const { key, value } = objectAt(entry, `${at}[${index}]`);
      const read = readAnyValue(value, `${at}[${index}].value`, depth);
      return [textAt(key, `${at}[${index}].key`), typeof read === 'object' ? JSON.stringify(read) : read];
    }),
  );
}

/** An AnyValue of common.proto; lists and maps as plain JavaScript, the unset value as `''`. */
function readAnyValue(value: unknown, at: string, depth: number): AttributeValue | object {
  if (depth > MAX_DEPTH)
    throw new Refusal(400, `${at}: expected at most ${MAX_DEPTH} values inside each other, got more`);
  if (value === undefined || value === null) return '';
  const any = objectAt(value, at);
  if (any.stringValue !== undefined) return textAt(any.stringValue, `${at}.stringValue`);
  if (any.boolValue !== undefined) return any.boolValue === true;
  if (any.intValue !== undefined) {
    const digits = String(any.intValue);
    if (!/^-?\d{1,19}$/.test(digits))
      throw unexpected('an integer of 64 bits', any.intValue, `${at}.intValue`);
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
  }
  if (any.doubleValue !== undefined) {
    // JSON has no NaN and no infinities, and this value ends in JSON.
    const number = Number(any.doubleValue);
    return Number.isFinite(number) ? number : String(number);
  }
  if (any.bytesValue instanceof Uint8Array) return Buffer.from(any.bytesValue).toString('base64');
  if (any.bytesValue !== undefined) return textAt(any.bytesValue, `${at}.bytesValue`);
  if (any.arrayValue !== undefined) {
    const { values } = objectAt(any.arrayValue, `${at}.arrayValue`);
    return listAt(values, `${at}.arrayValue.values`).map((item, index) =>
      readAnyValue(item, `${at}[${index}]`, depth + 1),
    );
  }
  if (any.kvlistValue !== undefined) {
    return readAttributes(
      objectAt(any.kvlistValue, `${at}.kvlistValue`).values,
      `${at}.kvlistValue.values`,
      depth + 1,
    );
  }
  return '';
}
