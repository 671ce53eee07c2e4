import { CARRIED, type CarriedContext } from './context.ts';
import { formatTraceparent } from './formats/w3c.ts';
import { activeSpan } from './otel/active-span.ts';

/**
 * Where the running code is in its trace, as a traceparent of 55 characters: the active OpenTelemetry span,
 * unless the mode is forward, else the context's own position. A 64-bit trace id is padded with zeroes, as
 * OpenTelemetry's log data model and W3C's format both want 128 bits. Undefined outside of any trace.
 */
export function traceparentNow(context: CarriedContext | undefined): string | undefined {
  const span = context?.[CARRIED].settings.mode === 'forward' ? undefined : activeSpan();
  if (span !== undefined) return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 3}`;
  return context?.trace === undefined ? undefined : formatTraceparent(context.trace);
}
