import { type Context, createContextKey } from '@opentelemetry/api';

/** Set by OpenTelemetry's exporters around their own calls (opentelemetry-core/src/trace/suppress-tracing.ts). */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Whether nothing may be injected: an exporter's call that carried a trace would be traced in turn. */
export function isSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true;
}
