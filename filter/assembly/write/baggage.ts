import { allocate } from '../abi/arena';
import { replaceHeader } from '../abi/header-map';
import { Bytes, getProperty, Received } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { BaggageMember, Plan } from '../config/plan';
import { Counter, count } from '../health/counters';
import { headerCount, headerValue } from '../read/headers';
import { hexDigit } from '../read/percent';
import { removeRequestHeader } from './request-header';
import { writtenValue } from './written';

/** W3C Baggage, section 3.3.2: what a header may hold at the least, and so what goes through everywhere. */
const MOST_MEMBERS: i32 = 64;
const MOST_BYTES: usize = 8192;
const COMMA: u8 = 0x2c;
const PERCENT: i32 = 0x25;
const HEXADECIMAL: Bytes = String.UTF8.encode('0123456789ABCDEF');
const NAME: Bytes = String.UTF8.encode('baggage');
const JOINED: Bytes = String.UTF8.encode('request\0headers\0baggage');

let start: usize = 0;
let end: usize = 0;
let members: i32 = 0;

/** Makes the members of the baggage header that are ours what their attributes are; the others stay as they are. */
export function writeBaggage(plan: Plan, isStranger: bool, stream: u32): void {
  const slot = plan.baggageSlot;
  // Several headers are one list (section 3.3.1), which Envoy's attribute joins by commas.
  const present = headerCount(slot) > 1 ? getProperty(JOINED) : headerValue(slot);
  // What cannot be read is not overwritten, unless it may be a stranger's word.
  if (!present && headerCount(slot) > 0 && !isStranger) return;
  const from = Received.start;
  const size = present ? Received.size : 0;
  const list = plan.baggage;
  start = allocate(size + MOST_BYTES + 1);
  if (start == 0) return;
  end = start;
  members = 0;
  if (copyOthers(from, from + size, list, isStranger, stream)) count(Counter.Untrusted);
  for (let i = 0, length = list.length; i < length; i++) {
    const member = unchecked(list[i]);
    if (member.attribute >= 0 && writtenValue(member.attribute)) append(member.name);
  }
  const kept = end - start;
  if (kept == 0) {
    removeRequestHeader(NAME, slot);
    return;
  }
  const isSame = headerCount(slot) == 1 && kept == size && memory.compare(start, from, size) == 0;
  if (!isSame) replaceHeader(HeaderMap.RequestHeaders, NAME, start, kept);
}

/** Copies the members that are not ours. True when a stranger had sent one that is. */
function copyOthers(from: usize, last: usize, list: BaggageMember[], isStranger: bool, stream: u32): bool {
  let wasSaid = false;
  let at = from;
  while (at < last) {
    let next = at;
    while (next < last && load<u8>(next) != COMMA) next++;
    const own = isOwn(at, next, list, isStranger, stream);
    if (own) wasSaid = wasSaid || isStranger;
    else if (!isBlank(at, next)) {
      separate();
      memory.copy(end, at, next - at);
      end += next - at;
      members++;
    }
    at = next + 1;
  }
  return wasSaid;
}

/** Whether a member has a name of ours; one that is only read is ours where it is not believed. */
function isOwn(at: usize, next: usize, list: BaggageMember[], isStranger: bool, stream: u32): bool {
  let nameEnd = at;
  while (nameEnd < next && load<u8>(nameEnd) != 0x3d && load<u8>(nameEnd) != 0x3b) nameEnd++;
  for (let i = 0, length = list.length; i < length; i++) {
    const member = unchecked(list[i]);
    if (member.attribute < 0 && !isStranger && member.contradictedIn != stream) continue;
    if (isStranger ? mayBeNamed(at, nameEnd, member.name) : isNamed(at, nameEnd, member.name)) return true;
  }
  return false;
}

function isNamed(at: usize, end: usize, name: Bytes): bool {
  while (at < end && isSpace(load<u8>(at))) at++;
  while (end > at && isSpace(load<u8>(end - 1))) end--;
  if (<usize>name.byteLength != end - at) return false;
  return memory.compare(changetype<usize>(name), at, end - at) == 0;
}

/**
 * Whether somebody may read a stranger's name as that of a member: some decode it, though a key is a token (section 3.3.1), and some
 * trim what is no blank of HTTP's, such as U+00A0. So only the bytes of a token count, decoded.
 */
function mayBeNamed(at: usize, end: usize, name: Bytes): bool {
  const start = changetype<usize>(name);
  const size = <usize>name.byteLength;
  let same: usize = 0;
  while (at < end) {
    let c = <i32>load<u8>(at++);
    if (c == PERCENT && at + 2 <= end) {
      const code = (hexDigit(load<u8>(at)) << 4) | hexDigit(load<u8>(at, 1));
      if (code >= 0) {
        c = code;
        at += 2;
      }
    }
    if (c <= 0x20 || c >= 0x7f) continue;
    if (same == size || <i32>load<u8>(start + same) != c) return false;
    same++;
  }
  return same == size;
}

/** Adds a member with the value in `Received`, percent-encoded (section 3.3.1), where there is room for it. */
function append(name: Bytes): void {
  const before = end;
  const most = start + MOST_BYTES;
  const nameSize = <usize>name.byteLength;
  let fits = members < MOST_MEMBERS && end + nameSize + 2 <= most;
  if (fits) {
    separate();
    memory.copy(end, changetype<usize>(name), nameSize);
    end += nameSize;
    store<u8>(end++, 0x3d);
    for (let i: usize = 0; fits && i < Received.size; i++) {
      const c = load<u8>(Received.start + i);
      fits = end + (isPlain(c) ? 1 : 3) <= most;
      if (fits) putEncoded(c);
    }
  }
  if (fits) {
    members++;
    return;
  }
  end = before;
  count(Counter.Overflow);
}

/** Characters of a value that stand for themselves: `baggage-octet` but for the percent sign. */
function isPlain(c: u8): bool {
  return c > 0x20 && c < 0x7f && c != 0x22 && c != 0x25 && c != COMMA && c != 0x3b && c != 0x5c;
}

function putEncoded(c: u8): void {
  if (isPlain(c)) {
    store<u8>(end++, c);
    return;
  }
  const digits = changetype<usize>(HEXADECIMAL);
  store<u8>(end, 0x25);
  store<u8>(end, load<u8>(digits + (c >> 4)), 1);
  store<u8>(end, load<u8>(digits + (c & 15)), 2);
  end += 3;
}

function separate(): void {
  if (end != start) store<u8>(end++, COMMA);
}

function isBlank(at: usize, next: usize): bool {
  while (at < next && isSpace(load<u8>(at))) at++;
  return at == next;
}

function isSpace(c: u8): bool {
  return c == 0x20 || c == 0x09;
}
