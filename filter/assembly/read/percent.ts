import { allocate } from '../abi/arena';
import { Received } from '../abi/host';

/**
 * Decodes the percent-encoding (RFC 3986, section 2.1) of the value in `Received`; `plusIsBlank` as in forms (WHATWG
 * URL, section 5.1). What is no encoding stays as it is. False when there is no memory for it.
 */
export function decodePercent(plusIsBlank: bool): bool {
  const start = Received.start;
  const size = Received.size;
  let at: usize = 0;
  while (at < size && load<u8>(start + at) != 0x25 && !(plusIsBlank && load<u8>(start + at) == 0x2b)) at++;
  // The usual value has nothing to decode, and is not copied.
  if (at == size) return true;
  const to = allocate(size);
  if (to == 0) return false;
  memory.copy(to, start, at);
  let end = to + at;
  for (; at < size; at++, end++) {
    let c = <i32>load<u8>(start + at);
    if (c == 0x25 && at + 2 < size) {
      const code = (hexDigit(load<u8>(start + at, 1)) << 4) | hexDigit(load<u8>(start + at, 2));
      if (code >= 0) {
        c = code;
        at += 2;
      }
    } else if (c == 0x2b && plusIsBlank) {
      c = 0x20;
    }
    store<u8>(end, <u8>c);
  }
  Received.start = to;
  Received.size = end - to;
  return true;
}

/** The value of a hexadecimal digit; negative, also when shifted, for any other byte. */
export function hexDigit(c: u8): i32 {
  if (c >= 0x30 && c <= 0x39) return <i32>c - 0x30;
  const lower = c | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? <i32>lower - 0x57 : i32.MIN_VALUE >> 4;
}
