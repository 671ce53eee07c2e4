import { refuse } from '../diagnostics.ts';
import { B3, B3_FLAGS, B3_PARENT_SPAN_ID, B3_SAMPLED, B3_SPAN_ID, B3_TRACE_ID } from './header-names.ts';
import { HeaderBytes, idKind } from './hex.ts';
import type { SamplingState, TraceContext } from './trace-context.ts';
import { hasIdsOfTraceparent } from './w3c.ts';

const DASH = 0x2d;

/** The single header that is parsed. */
const bytes = new HeaderBytes();

/** What B3 can say: a position in a trace, or a sampling decision that has no trace yet. */
export type B3Context = TraceContext | SamplingState;

/**
 * Parses the single header (https://github.com/openzipkin/b3-propagation#single-header):
 * `{trace}-{span}[-{state}][-{parent}]`, or `0`, `1`, `d` alone. Returns undefined, and publishes the
 * reason, where any part is bad: Envoy's Zipkin extractor throws on a malformed one, so none goes on.
 *
 * @param known the position that the traceparent which was parsed last gave, where one did: its ids are good, and
 * to find them again is a third of the work.
 */
export function parseB3Single(value: string, known?: TraceContext): B3Context | undefined {
  const { length } = value;
  if (length === 1) return stateOf(value.charCodeAt(0)) ?? refuse(B3, 'malformed');

  const traceEnd = value.charCodeAt(16) === DASH ? 16 : 32;
  const spanEnd = traceEnd + 17;
  if (value.charCodeAt(traceEnd) !== DASH || length < spanEnd) return refuse(B3, 'malformed');
  let traceId: string;
  let spanId: string;
  bytes.load(value);
  if (known?.traceId.length === 32 && traceEnd === 32 && hasIdsOfTraceparent(bytes)) {
    ({ traceId, spanId } = known);
  } else {
    traceId = value.slice(0, traceEnd);
    spanId = value.slice(traceEnd + 1, spanEnd);
    const traceIdKind = bytes.hexKind(0, traceEnd);
    const spanIdKind = bytes.hexKind(traceEnd + 1, spanEnd);
    if (traceIdKind === 'not-hex' || spanIdKind === 'not-hex') return refuse(B3, 'malformed');
    if (traceIdKind === 'zero' || spanIdKind === 'zero') return refuse(B3, 'zero-id');
  }

  let sampling: SamplingState = 'defer';
  let parentSpanId: string | undefined;
  let at = spanEnd;
  // A state is one character long: behind it the header ends, or the parent's dash follows.
  if (length === at + 2 || (length > at && value.charCodeAt(at + 2) === DASH)) {
    const state = value.charCodeAt(at) === DASH ? stateOf(value.charCodeAt(at + 1)) : undefined;
    if (state === undefined) return refuse(B3, 'malformed');
    sampling = state;
    at += 2;
  }
  if (length > at) {
    if (length !== at + 17 || value.charCodeAt(at) !== DASH) return refuse(B3, 'malformed');
    if (bytes.hexKind(at + 1, length) !== 'id') return refuse(B3, 'malformed');
    parentSpanId = value.slice(at + 1);
  }
  return {
    traceId,
    spanId,
    parentSpanId,
    sampling,
    random: false,
    traceState: undefined,
  };
}

function stateOf(code: number): SamplingState | undefined {
  if (code === 0x31) return 'accept';
  if (code === 0x30) return 'deny';
  return code === 0x64 ? 'debug' : undefined;
}

/** Writes the single header. `defer` on its own says nothing, so there is nothing to write. */
export function formatB3Single(context: B3Context): string | undefined {
  if (typeof context === 'string') return stateCharacter(context);
  const state = stateCharacter(context.sampling);
  let value = `${context.traceId}-${context.spanId}`;
  if (state !== undefined) value += `-${state}`;
  if (context.parentSpanId !== undefined) value += `-${context.parentSpanId}`;
  return value;
}

function stateCharacter(state: SamplingState): string | undefined {
  if (state === 'accept') return '1';
  if (state === 'deny') return '0';
  return state === 'debug' ? 'd' : undefined;
}

/** The values of the five headers, undefined where one did not come. */
export interface B3MultiHeaders {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly parentSpanId: string | undefined;
  readonly sampled: string | undefined;
  readonly flags: string | undefined;
}

/**
 * Parses the five headers (https://github.com/openzipkin/b3-propagation#multiple-headers). A bad trace or
 * span id spoils all of them; a bad parent id, sampled or flags is dropped alone, since the trace stays
 * whole without it. Undefined where nothing usable came; each reason is published. `known` is the
 * position that another format gave, whose ids are good.
 */
export function parseB3Multi(headers: B3MultiHeaders, known?: TraceContext): B3Context | undefined {
  if (known !== undefined && repeats(headers, known)) return known;
  let { traceId, spanId } = headers;
  const sampling = samplingOf(headers.sampled, headers.flags);
  if (traceId === undefined && spanId === undefined) {
    if (headers.parentSpanId !== undefined) refuse(B3_PARENT_SPAN_ID, 'incomplete');
    return sampling === 'defer' ? undefined : sampling;
  }
  if (traceId === undefined) return refuse(B3_SPAN_ID, 'incomplete');
  if (spanId === undefined) return refuse(B3_TRACE_ID, 'incomplete');

  if (known !== undefined && traceId === known.traceId && spanId === known.spanId) {
    ({ traceId, spanId } = known);
  } else {
    if (traceId.length !== 32 && traceId.length !== 16) return refuse(B3_TRACE_ID, 'malformed');
    const traceIdKind = idKind(traceId);
    if (traceIdKind !== 'id') return refuse(B3_TRACE_ID, traceIdKind === 'zero' ? 'zero-id' : 'malformed');
    const spanIdKind = spanId.length === 16 ? idKind(spanId) : 'not-hex';
    if (spanIdKind !== 'id') return refuse(B3_SPAN_ID, spanIdKind === 'zero' ? 'zero-id' : 'malformed');
  }

  return {
    traceId,
    spanId,
    parentSpanId: parentOf(headers.parentSpanId),
    sampling,
    random: false,
    traceState: undefined,
  };
}

/** Whether the headers say what is known already and no more, as they do where another format came beside them. */
function repeats(
  { traceId, spanId, parentSpanId, sampled, flags }: B3MultiHeaders,
  known: TraceContext,
): boolean {
  if (spanId !== known.spanId || traceId !== known.traceId || parentSpanId !== known.parentSpanId)
    return false;
  if (flags !== undefined) return false;
  return known.sampling === 'accept' ? sampled === '1' : known.sampling === 'deny' && sampled === '0';
}

/** An empty parent id is what python clients send on a root span; Envoy rejects it (istio 11696). */
function parentOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (value === '') return refuse(B3_PARENT_SPAN_ID, 'empty');
  if (value.length === 16 && idKind(value) === 'id') return value;
  return refuse(B3_PARENT_SPAN_ID, 'malformed');
}

/** Flags `1` is debug and implies accept, whatever sampled says. `true` and `false` are its old spelling. */
function samplingOf(sampled: string | undefined, flags: string | undefined): SamplingState {
  if (flags === '1') return 'debug';
  if (flags !== undefined && flags !== '0') refuse(B3_FLAGS, 'malformed');
  if (sampled === undefined) return 'defer';
  if (sampled === '1' || sampled === 'true') return 'accept';
  if (sampled === '0' || sampled === 'false') return 'deny';
  refuse(B3_SAMPLED, 'malformed');
  return 'defer';
}

/** Whether both are written as the same single header. */
export function isSameInB3(one: TraceContext, other: TraceContext): boolean {
  return (
    one.traceId === other.traceId &&
    one.spanId === other.spanId &&
    one.parentSpanId === other.parentSpanId &&
    one.sampling === other.sampling
  );
}

/** Appends name and value of each header to `headers`. Debug goes out as flags alone, as B3 asks. */
export function appendB3Multi(context: B3Context, headers: string[]): void {
  let sampling: SamplingState;
  if (typeof context === 'string') {
    sampling = context;
  } else {
    sampling = context.sampling;
    headers.push(B3_TRACE_ID, context.traceId, B3_SPAN_ID, context.spanId);
    if (context.parentSpanId !== undefined) headers.push(B3_PARENT_SPAN_ID, context.parentSpanId);
  }
  if (sampling === 'debug') headers.push(B3_FLAGS, '1');
  else if (sampling !== 'defer') headers.push(B3_SAMPLED, sampling === 'accept' ? '1' : '0');
}
