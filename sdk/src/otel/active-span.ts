/**
 * Reads OpenTelemetry's active span without depending on `@opentelemetry/api`: every 1.x copy of it keeps
 * its globals under this one symbol, so that copies can be mixed (api/src/internal/global-utils.ts), and
 * keys the active span by this other (api/src/trace/context-utils.ts). Nothing registered: nothing there.
 */
const API = Symbol.for('opentelemetry.js.api.1');
const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN');

/** The parts of OpenTelemetry's SpanContext that are sent. */
export interface ActiveSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState?: { serialize(): string } | undefined;
}

interface ApiGlobal {
  readonly trace?: unknown;
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

/** The active span's ids; undefined where no SDK is registered, or no span is active. */
export function activeSpan(): ActiveSpan | undefined {
  const api = (globalThis as { [API]?: ApiGlobal })[API];
  if (api?.trace === undefined || api.context === undefined) return undefined;
  const span = api.context.active().getValue(SPAN_KEY) as { spanContext(): ActiveSpan } | undefined;
  const ids = span?.spanContext();
  // An id of zeroes is what OpenTelemetry's INVALID_SPAN_CONTEXT has.
  if (ids === undefined || /^0*$/.test(ids.traceId) || /^0*$/.test(ids.spanId)) return undefined;
  return ids;
}
