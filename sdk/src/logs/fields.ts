import { attributeOf } from '../attributes.ts';
import { currentCarried } from '../context.ts';
import { traceparentNow } from '../position.ts';

/**
 * What a log record says of the request that it was written for. The trace's three fields are named as
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/ says, identity as the filter
 * names its span attributes. A field that is not known is not there.
 */
export interface LogFields {
  /** 32 lower-case hexadecimal characters. */
  trace_id?: string;
  /** 16 lower-case hexadecimal characters. */
  span_id?: string;
  /** W3C's flags, two hexadecimal characters: `01` is sampled. */
  trace_flags?: string;
  'user.id'?: string;
  'tenant.id'?: string;
  /** Any other identity header, by the same rule: `x-org-id` is `org.id`. */
  [attribute: string]: string | undefined;
}

/** The fields of the running code; a new object each time, as loggers write into what they are given. */
export function logFields(): LogFields {
  const fields: LogFields = {};
  const context = currentCarried();
  const traceparent = traceparentNow(context);
  if (traceparent !== undefined) {
    fields.trace_id = traceparent.slice(3, 35);
    fields.span_id = traceparent.slice(36, 52);
    fields.trace_flags = traceparent.slice(53);
  }
  if (context === undefined) return fields;
  for (const header in context.identity) fields[attributeOf(header)] = context.identity[header] as string;
  return fields;
}
