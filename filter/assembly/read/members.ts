import { Bytes, Received } from '../abi/host';
import { decodePercent } from './percent';

/**
 * Values that are members of a header: `name=value` with signs in between. Each looks into the header's value in
 * `Received` and leaves the member's there; false when there is no such member. The first of a name counts.
 */

/** A cookie (RFC 6265, section 4.2.1): `a=1; b="2"`. */
export function cookie(name: Bytes): bool {
  if (!member(name, 0x3b)) return false;
  const end = Received.start + Received.size;
  if (Received.size >= 2 && load<u8>(Received.start) == 0x22 && load<u8>(end - 1) == 0x22) {
    Received.start++;
    Received.size -= 2;
  }
  return true;
}

/** A member of W3C baggage (section 3.3.1), without its properties and percent-decoded: `a=1;ttl=5,b=2`. */
export function baggage(name: Bytes): bool {
  if (!member(name, 0x2c)) return false;
  let size: usize = 0;
  while (size < Received.size && load<u8>(Received.start + size) != 0x3b) size++;
  while (size > 0 && isBlank(load<u8>(Received.start + size - 1))) size--;
  Received.size = size;
  return decodePercent(false);
}

/** A parameter of the query in a path (`:path`), decoded as a form's: `/search?q=a+b&page=2`. */
export function query(name: Bytes): bool {
  const end = Received.start + Received.size;
  let at = Received.start;
  while (at < end && load<u8>(at) != 0x3f) at++;
  if (at == end) return false;
  Received.start = at + 1;
  Received.size = end - at - 1;
  return member(name, 0x26) && decodePercent(true);
}

/** Finds `name=value` among members with `separator` in between; blanks around names and values do not count. */
function member(name: Bytes, separator: u8): bool {
  const end = Received.start + Received.size;
  const nameSize = <usize>name.byteLength;
  let at = Received.start;
  while (at < end) {
    while (at < end && isBlank(load<u8>(at))) at++;
    let next = at;
    while (next < end && load<u8>(next) != separator) next++;
    let equals = at;
    while (equals < next && load<u8>(equals) != 0x3d) equals++;
    if (equals < next) {
      let nameEnd = equals;
      while (nameEnd > at && isBlank(load<u8>(nameEnd - 1))) nameEnd--;
      if (nameEnd - at == nameSize && memory.compare(at, changetype<usize>(name), nameSize) == 0) {
        let start = equals + 1;
        let last = next;
        while (start < last && isBlank(load<u8>(start))) start++;
        while (last > start && isBlank(load<u8>(last - 1))) last--;
        Received.start = start;
        Received.size = last - start;
        return true;
      }
    }
    at = next + 1;
  }
  return false;
}

function isBlank(c: u8): bool {
  return c == 0x20 || c == 0x09;
}
