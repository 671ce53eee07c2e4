import { CARRIED, type Carried, type CarriedContext } from '../context.ts';
import { appendB3Multi, type B3Context, formatB3Single } from '../formats/b3.ts';
import { B3, BAGGAGE, REQUEST_ID, TRACEPARENT, TRACESTATE } from '../formats/header-names.ts';
import type { Format, TraceContext } from '../formats/trace-context.ts';
import { formatTraceparent } from '../formats/w3c.ts';
import { type ActiveSpan, activeSpan } from '../otel/active-span.ts';

/** How to read and write headers on what a client gives us; names are in lower case. */
export interface HeaderAccess<Target> {
  /** The header as the caller set it; an empty string where it is set to something that is no text. */
  get(target: Target, name: string): string | undefined;
  /** Adds a header that is known not to be there. */
  set(target: Target, name: string, value: string): void;
  /** Whether none of `names` is there, as with most calls: one look then saves one for each. False: not known. */
  isBlank?(target: Target, names: ReadonlySet<string>): boolean;
}

/**
 * Writes the context's headers where the caller has not set them: the caller's own header wins, and there
 * are never two of one. Trace headers go as a group, for half of one trace and half of another is no trace.
 *
 * @param mesh whether the host is the mesh's own; identity and baggage go to no other, nor does the trace
 * where the option `traceTo` says so.
 */
export function injectInto<Target>(
  context: CarriedContext,
  target: Target,
  access: HeaderAccess<Target>,
  mesh: boolean,
): void {
  const { settings } = context[CARRIED];
  if (!mesh && settings.traceTo === 'mesh') return;
  const ours = traceHeaders(context);
  const isBlank = access.isBlank?.(target, settings.names) === true;
  if (isBlank || !carriesAnotherTrace(context, target, access, ours)) {
    for (let index = 0; index < ours.length; index += 2)
      add(target, access, isBlank, ours[index] as string, ours[index + 1] as string);
  }
  if (context.requestId !== undefined) add(target, access, isBlank, REQUEST_ID, context.requestId);
  if (!mesh) return;
  if (context.baggage !== undefined) add(target, access, isBlank, BAGGAGE, context.baggage);
  for (const name in context.identity) add(target, access, isBlank, name, context.identity[name] as string);
}

function add<Target>(
  target: Target,
  access: HeaderAccess<Target>,
  isBlank: boolean,
  name: string,
  value: string,
): void {
  if (isBlank || access.get(target, name) === undefined) access.set(target, name, value);
}

/** True where the caller, or another instrumentation, has set any trace header to what is not ours. */
function carriesAnotherTrace<Target>(
  context: CarriedContext,
  target: Target,
  access: HeaderAccess<Target>,
  ours: readonly string[],
): boolean {
  for (const name of context[CARRIED].settings.traceNames) {
    const theirs = access.get(target, name);
    if (theirs === undefined) continue;
    const at = ours.indexOf(name);
    if (at === -1 || ours[at + 1] !== theirs) return true;
  }
  return false;
}

/** Trace headers to send now, name and value in turn: the active span's where the mode asks for it. */
export function traceHeaders(context: CarriedContext): readonly string[] {
  const carried = context[CARRIED];
  const span = carried.settings.mode === 'forward' ? undefined : activeSpan();
  if (span === undefined && carried.traceHeaders !== undefined) return carried.traceHeaders;
  const formats = carried.settings.formats ?? formatsAsReceived(carried.received);
  if (span !== undefined) return render(formats, positionOf(span, context.trace));
  const headers = render(formats, context.trace ?? context.sampling, carried);
  // A tracer's own headers name the span that came in, so that they go on only where that span goes on too.
  if (carried.settings.mode !== 'child') headers.push(...carried.opaque);
  carried.traceHeaders = headers;
  return headers;
}

/**
 * An OpenTelemetry span as a position. Of the same trace, what came knows three things that an OpenTelemetry SDK
 * drops: that the trace is in debug, that its id is random (level 2 wants that flag kept), and that its id is 64
 * bits long, which B3 sends on as received.
 */
export function positionOf(span: ActiveSpan, came: TraceContext | undefined): TraceContext {
  const sampled = (span.traceFlags & 1) === 1;
  const isSameTrace = came?.traceId.padStart(32, '0') === span.traceId;
  const isDebug = sampled && isSameTrace && came?.sampling === 'debug';
  return {
    traceId: isSameTrace && came !== undefined ? came.traceId : span.traceId,
    spanId: span.spanId,
    parentSpanId: undefined,
    sampling: isDebug ? 'debug' : sampled ? 'accept' : 'deny',
    random: (span.traceFlags & 2) === 2 || (isSameTrace && came?.random === true),
    traceState: span.traceState?.serialize() || undefined,
  };
}

const WHERE_NOTHING_CAME: readonly Format[] = ['w3c'];

/** The formats to answer in where the user names none: those that came in. */
export function formatsAsReceived(received: readonly Format[]): readonly Format[] {
  return received.length > 0 ? received : WHERE_NOTHING_CAME;
}

/** The headers that need not be written anew, as they came so. */
type AsReceived = Pick<Carried, 'traceparent' | 'b3'>;

/** Writes a position, or a bare B3 decision, in each format: name and value in turn. */
export function render(
  formats: readonly Format[],
  context: B3Context | undefined,
  asReceived?: AsReceived,
): string[] {
  const headers: string[] = [];
  if (context === undefined) return headers;
  for (const format of formats) {
    if (format === 'b3') {
      const single = asReceived?.b3 ?? formatB3Single(context);
      if (single !== undefined) headers.push(B3, single);
    } else if (format === 'b3multi') {
      appendB3Multi(context, headers);
    } else if (typeof context !== 'string') {
      // A bare B3 decision has no spelling in W3C's format.
      headers.push(TRACEPARENT, asReceived?.traceparent ?? formatTraceparent(context));
      if (context.traceState !== undefined) headers.push(TRACESTATE, context.traceState);
    }
  }
  return headers;
}
