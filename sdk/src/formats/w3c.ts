import { refuse } from '../diagnostics.ts';
import { TRACEPARENT, TRACESTATE } from './header-names.ts';
import { HeaderBytes, hexDigit } from './hex.ts';
import type { TraceContext } from './trace-context.ts';

const DASH = 0x2d;

/** A position whose tracestate is still to be filled in; a copy of it would double the cost of parsing. */
type Parsed = Omit<TraceContext, 'traceState'> & { traceState: string | undefined };

/** `00-` 32 `-` 16 `-` 2: the length of version 00, and of what is read of any higher version (§3.2.4). */
const LENGTH = 55;
const TRACE_ID = 3;

/** The traceparent that was parsed last. */
const bytes = new HeaderBytes();

/** Whether b3's ids, which `b3` begins with, are spelt as those of the traceparent that was parsed last. */
export function hasIdsOfTraceparent(b3: HeaderBytes): boolean {
  return b3.hasSameIds(0, bytes, TRACE_ID);
}

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
  bytes.load(value);
  if (
    bytes.at(2) !== DASH ||
    bytes.at(35) !== DASH ||
    bytes.at(52) !== DASH ||
    !bytes.isHexPair(0) ||
    !bytes.isHexPair(53)
  ) {
    return refuse(TRACEPARENT, 'malformed');
  }
  if (value.length > LENGTH) {
    // Version 00 is exactly 55 long; a higher one may go on, but only behind a dash (§3.2.4).
    const isVersionZero = bytes.at(0) === 0x30 && bytes.at(1) === 0x30;
    if (isVersionZero || value.charCodeAt(LENGTH) !== DASH) return refuse(TRACEPARENT, 'malformed');
  }
  // Version ff is forbidden (§3.2.2.1).
  if (bytes.at(0) === 0x66 && bytes.at(1) === 0x66) return refuse(TRACEPARENT, 'malformed');

  const traceIdKind = bytes.hexKind(3, 35);
  const spanIdKind = bytes.hexKind(36, 52);
  if (traceIdKind === 'not-hex' || spanIdKind === 'not-hex') return refuse(TRACEPARENT, 'malformed');
  if (traceIdKind === 'zero' || spanIdKind === 'zero') return refuse(TRACEPARENT, 'zero-id');

  const flags = hexDigit(bytes.at(54));
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

/** Level 2's key (§3.3.1.3.1): level 1 allowed less, so that its keys all pass. */
const KEY = '[a-z0-9][a-z0-9_\\-*/@]';
/** What a value may hold (§3.3.1.3.2), but for the blank, which is only allowed inside. */
const VISIBLE = '!-+\\--<>-~';

/** A list as most are: within the limits, and without blanks and empty members. */
const PLAIN_MEMBER = `${KEY}{0,${MAX_KEY - 1}}=[${VISIBLE}]{1,${MAX_VALUE}}`;
const PLAIN = new RegExp(`^${PLAIN_MEMBER}(?:,${PLAIN_MEMBER}){0,${MAX_MEMBERS - 1}}$`);
/** One member in optional white space, which may also be all there is; key and value apart, of any length. */
const MEMBER = new RegExp(`^[ \\t]*(?:(${KEY}*)=([ ${VISIBLE}]*[${VISIBLE}])[ \\t]*)?$`);

/**
 * Checks tracestate by level 2's grammar (§3.3.1) and returns it as received: order, empty members and
 * optional white space included. Undefined, with the reason published, where one member is bad, for it is
 * dropped whole (§3.3); undefined without a reason where it holds no member at all.
 */
export function parseTracestate(value: string): string | undefined {
  if (value.length > MAX_LENGTH) return refuse(TRACESTATE, 'too-long');
  if (PLAIN.test(value)) return value;
  let members = 0;
  for (const part of value.split(',')) {
    const member = MEMBER.exec(part);
    if (member === null) return refuse(TRACESTATE, 'malformed');
    const [, key, content] = member;
    if (key === undefined || content === undefined) continue;
    if (key.length > MAX_KEY || content.length > MAX_VALUE) return refuse(TRACESTATE, 'too-long');
    if (++members > MAX_MEMBERS) return refuse(TRACESTATE, 'too-many-members');
  }
  return members === 0 ? undefined : value;
}
