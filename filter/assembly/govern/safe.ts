import { allocate } from '../abi/arena';
import { Received } from '../abi/host';
import { characterLength } from './text';

/** U+FFFD, the replacement character, in UTF-8. */
const REPLACEMENT: u32 = 0xbdbfef;

/**
 * Rewrites the value in `Received` so that it can stand on a span and in a JSON log: each byte that is not part
 * of well-formed UTF-8, and each control character, becomes U+FFFD (Unicode 16, section 3.9), a quote `'` and a
 * backslash `/`. Keeps at most `maxLength` characters. False when there is no memory for it.
 */
export function makeSafe(maxLength: i32): bool {
  const end = Received.start + Received.size;
  // No character of UTF-8 is longer than four bytes, and a byte that is replaced becomes three.
  const room = min(<u64>Received.size * 3, <u64>maxLength * 4);
  const start = allocate(<usize>room);
  if (start == 0) return false;
  let to = start;
  let at = Received.start;
  for (let characters = 0; at < end && characters < maxLength; characters++) {
    const lead = load<u8>(at);
    const length = characterLength(at, end);
    if (length == 0) {
      store<u16>(to, <u16>REPLACEMENT);
      store<u8>(to, <u8>(REPLACEMENT >> 16), 2);
      to += 3;
      at += skipped(at, end, lead);
    } else {
      for (let i = 0; i < length; i++) store<u8>(to + i, load<u8>(at + i));
      if (lead == 0x22) store<u8>(to, 0x27);
      if (lead == 0x5c) store<u8>(to, 0x2f);
      to += length;
      at += length;
    }
  }
  Received.start = start;
  Received.size = to - start;
  return true;
}

/** A control character of two bytes (U+0080 to U+009F) is one character; a byte that is no UTF-8 stands alone. */
function skipped(at: usize, end: usize, lead: u8): i32 {
  return lead == 0xc2 && at + 1 < end && (load<u8>(at, 1) & 0xc0) == 0x80 ? 2 : 1;
}
