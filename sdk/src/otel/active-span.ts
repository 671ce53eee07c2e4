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

/** The parts of OpenTelemetry's Span that are used. */
interface Span {
  spanContext(): ActiveSpan;
  isRecording(): boolean;
  setAttribute(key: string, value: string): unknown;
}

interface ApiGlobal {
  readonly trace?: unknown;
  readonly context?: { active(): { getValue(key: symbol): unknown } };
}

function spanInForce(): Span | undefined {
  const api = (globalThis as { [API]?: ApiGlobal })[API];
  if (api?.trace === undefined || api.context === undefined) return undefined;
  return api.context.active().getValue(SPAN_KEY) as Span | undefined;
}

/** The active span's ids; undefined where no SDK is registered, or no span is active. */
export function activeSpan(): ActiveSpan | undefined {
  const ids = spanInForce()?.spanContext();
  // An id of zeroes is what OpenTelemetry's INVALID_SPAN_CONTEXT has.
  if (ids === undefined || /^0*$/.test(ids.traceId) || /^0*$/.test(ids.spanId)) return undefined;
  return ids;
}

/** The active span where it takes attributes: where it is recorded, and not just passed through. */
export function recordingSpan(): Pick<Span, 'setAttribute'> | undefined {
  const span = spanInForce();
  return span?.isRecording() === true ? span : undefined;
}
