import { type RefusalReason, refuse } from '../diagnostics.ts';
import { kindsAt, STATE_KEY, STATE_KEY_START } from './characters.ts';
import { TRACEPARENT, TRACESTATE } from './header-names.ts';
import { hexDigit, hexKind } from './hex.ts';
import type { TraceContext } from './trace-context.ts';

const DASH = 0x2d;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const SPACE = 0x20;
const TAB = 0x09;

/** A position whose tracestate is still to be filled in; a copy of it would double the cost of parsing. */
type Parsed = Omit<TraceContext, 'traceState'> & { traceState: string | undefined };

/** `00-` 32 `-` 16 `-` 2: the length of version 00, and of what is read of any higher version (§3.2.4). */
const LENGTH = 55;

/**
 * Parses traceparent with the tracestate that came beside it. §3.3: where traceparent fails, tracestate is
 * not even looked at; where tracestate fails, nothing else is lost.
 */
export function parseW3C(traceparent: string, tracestate: string | undefined): TraceContext | undefined {
  const trace = parseTraceparent(traceparent);
  if (trace !== undefined && tracestate !== undefined) trace.traceState = parseTracestate(tracestate);
  return trace;
}

/**
 * Parses traceparent (https://www.w3.org/TR/trace-context-2/#traceparent-header). A higher version is read
 * by its first 55 characters. Returns undefined, and publishes the reason, where any part is bad; two
 * headers that Node joined with a comma are bad too, so that a duplicate restarts the trace.
 */
export function parseTraceparent(value: string): Parsed | undefined {
  if (value.length < LENGTH) return refuse(TRACEPARENT, 'malformed');
  if (
    value.charCodeAt(2) !== DASH ||
    value.charCodeAt(35) !== DASH ||
    value.charCodeAt(52) !== DASH ||
    hexKind(value, 0, 2) === 'not-hex' ||
    hexKind(value, 53, LENGTH) === 'not-hex'
  ) {
    return refuse(TRACEPARENT, 'malformed');
  }
  if (value.length > LENGTH) {
    // Version 00 is exactly 55 long; a higher one may go on, but only behind a dash (§3.2.4).
    const isVersionZero = value.charCodeAt(0) === 0x30 && value.charCodeAt(1) === 0x30;
    if (isVersionZero || value.charCodeAt(LENGTH) !== DASH) return refuse(TRACEPARENT, 'malformed');
  }
  // Version ff is forbidden (§3.2.2.1).
  if (value.charCodeAt(0) === 0x66 && value.charCodeAt(1) === 0x66) return refuse(TRACEPARENT, 'malformed');

  const traceIdKind = hexKind(value, 3, 35);
  const spanIdKind = hexKind(value, 36, 52);
  if (traceIdKind === 'not-hex' || spanIdKind === 'not-hex') return refuse(TRACEPARENT, 'malformed');
  if (traceIdKind === 'zero' || spanIdKind === 'zero') return refuse(TRACEPARENT, 'zero-id');

  const flags = hexDigit(value.charCodeAt(54));
  return {
    traceId: value.slice(3, 35),
    spanId: value.slice(36, 52),
    parentSpanId: undefined,
    sampling: (flags & 1) === 1 ? 'accept' : 'deny',
    random: (flags & 2) === 2,
    traceState: undefined,
  };
}

/**
 * Writes traceparent as version 00, whatever version came in (§3.2.4): the sampled and random flags are kept,
 * every other bit goes out as 0. A 64-bit id is padded with zeroes on the left, as the section on shorter identifiers says. `defer` has no
 * spelling here: sampled unset says that the caller did not record (§3.2.2.5.1), which is true of it.
 */
export function formatTraceparent(trace: TraceContext): string {
  const traceId = trace.traceId.length === 16 ? `0000000000000000${trace.traceId}` : trace.traceId;
  const sampled = trace.sampling === 'accept' || trace.sampling === 'debug' ? 1 : 0;
  return `00-${traceId}-${trace.spanId}-0${sampled | (trace.random ? 2 : 0)}`;
}

/**
 * Whether a traceparent that parsed is what {@link formatTraceparent} would write of it: version 00, and no flag
 * but sampled and random. It then goes on as it came, which saves the text's making.
 */
export function isAsWritten(traceparent: string): boolean {
  return (
    traceparent.length === LENGTH &&
    traceparent.charCodeAt(0) === 0x30 &&
    traceparent.charCodeAt(1) === 0x30 &&
    traceparent.charCodeAt(53) === 0x30 &&
    traceparent.charCodeAt(54) <= 0x33
  );
}

const MAX_MEMBERS = 32;
const MAX_KEY = 256;
const MAX_VALUE = 256;
/** 32 of the longest members and their commas; what is longer can only be padding, which a queue may hold any amount of. */
const MAX_LENGTH = MAX_MEMBERS * (MAX_KEY + MAX_VALUE + 2);

/**
 * Checks tracestate by level 2's grammar (§3.3.1) and returns it as received: order, empty members and
 * optional white space included. Undefined, with the reason published, where one member is bad, for it is
 * dropped whole (§3.3); undefined without a reason where it holds no member at all.
 */
export function parseTracestate(value: string): string | undefined {
  if (value.length > MAX_LENGTH) return refuse(TRACESTATE, 'too-long');
  let members = 0;
  let index = 0;
  while (index < value.length) {
    const code = value.charCodeAt(index);
    // Empty members, and the white space around members, are allowed and stand for nothing.
    if (code === COMMA || code === SPACE || code === TAB) {
      index++;
      continue;
    }
    const end = memberEnd(value, index);
    if (typeof end === 'string') return refuse(TRACESTATE, end);
    if (++members > MAX_MEMBERS) return refuse(TRACESTATE, 'too-many-members');
    index = end;
  }
  return members === 0 ? undefined : value;
}

/** The index behind the member that starts at `start`, or why it is refused. */
function memberEnd(value: string, start: number): number | RefusalReason {
  if ((kindsAt(value, start) & STATE_KEY_START) === 0) return 'malformed';
  let index = start + 1;
  while ((kindsAt(value, index) & STATE_KEY) !== 0) index++;
  if (value.charCodeAt(index) !== EQUALS) return 'malformed';
  if (index - start > MAX_KEY) return 'too-long';

  const valueStart = index + 1;
  // The value ends at its last character that is not blank: what follows up to the comma is white space.
  let valueEnd = valueStart;
  let sawTab = false;
  for (index = valueStart; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === COMMA) break;
    if (code === SPACE) continue;
    if (code === TAB) {
      sawTab = true;
      continue;
    }
    if (sawTab || code < 0x21 || code > 0x7e || code === EQUALS) return 'malformed';
    valueEnd = index + 1;
  }
  if (valueEnd === valueStart) return 'malformed';
  return valueEnd - valueStart > MAX_VALUE ? 'too-long' : index;
}
