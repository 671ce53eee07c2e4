import { allocate } from '../abi/arena';
import { addHeader, replaceHeader } from '../abi/header-map';
import { Bytes, getProperty, Received, setProperty } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { Plan } from '../config/plan';
import { headerValue } from '../read/headers';

/**
 * Tells the caller which trace its request is. In the response phase Envoy lets no filter see the request's headers, so
 * the trace is kept from the request phase. Of a trace that begins at this Envoy the filter hears only where a
 * `header_mutation` filter in front of it adds a `traceparent` (docs/filter.md).
 */

/** Filter state with the traceparent, or the trace id of B3. No attribute's key has a slash. */
const KEPT: Bytes = String.UTF8.encode('meshspan/trace');
const SERVER_TIMING: Bytes = String.UTF8.encode('server-timing');
/** A metric of W3C Server Timing; Trace Context level 2 names it `trace`. */
const METRIC: Bytes = String.UTF8.encode('trace;desc="');
const QUOTE: u8 = 0x22;
const MINUS: u8 = 0x2d;
const ZERO: u8 = 0x30;
/** `00`. */
const FIRST_VERSION: u16 = 0x3030;
/** `ff`. */
const FORBIDDEN_VERSION: u16 = 0x6666;

/** Characters of a traceparent of version 00, and where its trace id stands (W3C Trace Context, section 3.2). */
const TRACEPARENT_SIZE: usize = 55;
const ID_AT: usize = 3;
const ID_SIZE: usize = 32;
const SPAN_AT: usize = 36;
const SPAN_SIZE: usize = 16;
const FLAGS_AT: usize = 53;

/** Keeps the trace that the request came with. */
export function keepTraceId(plan: Plan): void {
  if (headerValue(plan.traceparentSlot) && Received.size >= TRACEPARENT_SIZE) {
    if (isTraceparent(Received.start, Received.size)) {
      setProperty(KEPT, Received.start, TRACEPARENT_SIZE);
      return;
    }
  }
  if (!headerValue(plan.b3Slot) || (Received.size != ID_SIZE && Received.size != ID_SIZE / 2)) return;
  if (isId(Received.start, Received.size)) setProperty(KEPT, Received.start, Received.size);
}

/** Puts the trace's id on the response, in a header of its own or as a metric of Server-Timing. */
export function writeTraceId(header: Bytes): void {
  if (!getProperty(KEPT)) return;
  const isWhole = Received.size == TRACEPARENT_SIZE;
  if (equals(header, SERVER_TIMING)) {
    if (isWhole) writeServerTiming(header);
    return;
  }
  const start = isWhole ? Received.start + ID_AT : Received.start;
  replaceHeader(HeaderMap.ResponseHeaders, header, start, isWhole ? ID_SIZE : Received.size);
}

/** Beside the metrics that the service has told. */
function writeServerTiming(header: Bytes): void {
  const before = <usize>METRIC.byteLength;
  const size = before + TRACEPARENT_SIZE + 1;
  const at = allocate(size);
  if (at == 0) return;
  memory.copy(at, changetype<usize>(METRIC), before);
  memory.copy(at + before, Received.start, TRACEPARENT_SIZE);
  store<u8>(at + size - 1, QUOTE);
  addHeader(HeaderMap.ResponseHeaders, header, at, size);
}

function equals(a: Bytes, b: Bytes): bool {
  if (a.byteLength != b.byteLength) return false;
  return memory.compare(changetype<usize>(a), changetype<usize>(b), a.byteLength) == 0;
}

/** As section 3.2.2 has it: no version `ff`, no id of zeroes only. */
function isTraceparent(at: usize, size: usize): bool {
  const version = load<u16>(at);
  // Version 00 has nothing behind.
  if (version == FIRST_VERSION && size > TRACEPARENT_SIZE) return false;
  if (!isHex(at, 2) || version == FORBIDDEN_VERSION || !isHex(at + FLAGS_AT, 2)) return false;
  if (load<u8>(at, 2) != MINUS || load<u8>(at, 35) != MINUS || load<u8>(at, 52) != MINUS) return false;
  return isId(at + ID_AT, ID_SIZE) && isId(at + SPAN_AT, SPAN_SIZE);
}

function isId(start: usize, size: usize): bool {
  let at = start;
  while (at < start + size && load<u8>(at) == ZERO) at++;
  return at < start + size && isHex(start, size);
}

function isHex(start: usize, size: usize): bool {
  for (let at = start, end = start + size; at < end; at++) {
    const c = load<u8>(at);
    if ((c < ZERO || c > 0x39) && (c < 0x61 || c > 0x66)) return false;
  }
  return true;
}
