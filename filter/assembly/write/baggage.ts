import { allocate } from '../abi/arena';
import { replaceHeader } from '../abi/header-map';
import { Bytes, getProperty, Received } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { BaggageMember, Plan } from '../config/plan';
import { Counter, count } from '../health/counters';
import { headerCount, headerValue } from '../read/headers';
import { removeRequestHeader } from './request-header';
import { writtenValue } from './written';

/** W3C Baggage, section 3.3.2: what a header may hold at the least, and so what goes through everywhere. */
const MOST_MEMBERS: i32 = 64;
const MOST_BYTES: usize = 8192;
const COMMA: u8 = 0x2c;
const HEXADECIMAL: Bytes = String.UTF8.encode('0123456789ABCDEF');
const NAME: Bytes = String.UTF8.encode('baggage');
const JOINED: Bytes = String.UTF8.encode('request\0headers\0baggage');

let start: usize = 0;
let end: usize = 0;
let members: i32 = 0;

/** Makes the members of the baggage header that are ours what their attributes are; the others stay as they are. */
export function writeBaggage(plan: Plan, isStranger: bool): void {
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
  if (copyOthers(from, from + size, list, isStranger)) count(Counter.Untrusted);
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
function copyOthers(from: usize, last: usize, list: BaggageMember[], isStranger: bool): bool {
  let wasSaid = false;
  let at = from;
  while (at < last) {
    let next = at;
    while (next < last && load<u8>(next) != COMMA) next++;
    const own = isOwn(at, next, list, isStranger);
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

/** Whether a member has a name of ours; one that is only read is ours where it came from a stranger. */
function isOwn(at: usize, next: usize, list: BaggageMember[], isStranger: bool): bool {
  let nameEnd = at;
  while (nameEnd < next && load<u8>(nameEnd) != 0x3d && load<u8>(nameEnd) != 0x3b) nameEnd++;
  while (at < nameEnd && isSpace(load<u8>(at))) at++;
  while (nameEnd > at && isSpace(load<u8>(nameEnd - 1))) nameEnd--;
  for (let i = 0, length = list.length; i < length; i++) {
    const member = unchecked(list[i]);
    if (member.attribute < 0 && !isStranger) continue;
    const name = member.name;
    if (<usize>name.byteLength != nameEnd - at) continue;
    if (memory.compare(changetype<usize>(name), at, nameEnd - at) == 0) return true;
  }
  return false;
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
