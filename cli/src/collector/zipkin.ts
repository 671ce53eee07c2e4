import { listAt, objectAt, textAt, unexpected, unsignedAt } from './refusal.ts';
import { type AttributeValue, type ReceivedSpan, type SpanKind, UNKNOWN_SERVICE } from './trace.ts';

const KINDS: ReadonlySet<string> = new Set(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']);

/**
 * Reads the JSON of `POST /api/v2/spans`, a list of Zipkin v2 spans (zipkin2-api.yaml), times in microseconds.
 * Throws a 400 Refusal with the path of the wrong field.
 *
 * A CLIENT and its SERVER may carry the same span id (B3's joined spans, Envoy's `shared_span_context`): both
 * are kept, told apart by their kind. Ids stay as long as they came, since a 64-bit id that is padded here would
 * no longer be the one in the caller's headers.
 */
export function readZipkin(body: unknown): ReceivedSpan[] {
  if (!Array.isArray(body)) throw unexpected('a list of Zipkin v2 spans', body, 'body');
  return listAt(body, 'body').map((value, index) => readSpan(value, `[${index}]`));
}

function readSpan(value: unknown, at: string): ReceivedSpan {
  const span = objectAt(value, at);
  const endpoint = span.localEndpoint ? objectAt(span.localEndpoint, `${at}.localEndpoint`) : {};
  const kind = textAt(span.kind, `${at}.kind`);
  const parentId = span.parentId ?? '';
  return {
    traceId: readId(span.traceId, /^([0-9a-f]{16}|[0-9a-f]{32})$/, '16 or 32 hex digits', `${at}.traceId`),
    span: {
      service: textAt(endpoint.serviceName, `${at}.localEndpoint.serviceName`) || UNKNOWN_SERVICE,
      name: textAt(span.name, `${at}.name`),
      // "When kind is absent, the span is local or incomplete": which of the two is not to be known.
      kind: KINDS.has(kind) ? (kind as SpanKind) : 'UNSPECIFIED',
      spanId: readId(span.id, /^[0-9a-f]{16}$/, '16 hex digits', `${at}.id`),
      parentSpanId:
        parentId === '' ? '' : readId(parentId, /^[0-9a-f]{16}$/, '16 hex digits', `${at}.parentId`),
      startMs: Number(unsignedAt(span.timestamp, `${at}.timestamp`)) / 1000,
      durationMs: Number(unsignedAt(span.duration, `${at}.duration`)) / 1000,
      attributes: readTags(span.tags, `${at}.tags`),
    },
  };
}

function readId(value: unknown, shape: RegExp, described: string, at: string): string {
  const id = textAt(value, at).toLowerCase();
  if (!shape.test(id)) throw unexpected(described, value, at);
  return id;
}

function readTags(value: unknown, at: string): Record<string, AttributeValue> {
  const tags = Object.entries(value ? objectAt(value, at) : {});
  return Object.fromEntries(tags.map(([key, tag]) => [key, textAt(tag, `${at}.${key}`)]));
}
