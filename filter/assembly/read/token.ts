import { allocate } from '../abi/arena';
import { Bytes, Received } from '../abi/host';
import { jsonMember } from './json-member';

/** Base64 without its last two letters; those of base64url are `-` and `_` (RFC 4648, section 5). */
const MINUS: i32 = 0x2d;
const UNDERSCORE: i32 = 0x5f;
const DOT: u8 = 0x2e;
/** `Bearer ` (RFC 6750, section 2.1); the scheme in any case (RFC 9110, section 11.1). */
const SCHEME: Bytes = String.UTF8.encode('bearer ');

/**
 * A claim of the bearer token in `Received` (the header `authorization`), by its path, whose parts are separated by NUL.
 * The signature is not looked at. False when there is no such token or claim.
 */
export function tokenClaim(path: Bytes): bool {
  let at = Received.start;
  const end = at + Received.size;
  const schemeSize = <usize>SCHEME.byteLength;
  if (end - at < schemeSize) return false;
  for (let i: usize = 0; i < schemeSize; i++) {
    if ((load<u8>(at + i) | 0x20) != load<u8>(changetype<usize>(SCHEME) + i)) return false;
  }
  at += schemeSize;
  // The payload stands between the first and the second dot (RFC 7515, section 7.1).
  while (at < end && load<u8>(at) != DOT) at++;
  let last = ++at;
  while (last < end && load<u8>(last) != DOT) last++;
  if (last >= end) return false;
  const payload = allocate(last - at);
  if (payload == 0) return false;
  const size = decodeBase64Url(at, last, payload);
  return size != 0 && jsonMember(payload, payload + size, path);
}

/** Bytes written; 0 where a character is none of the alphabet. */
function decodeBase64Url(start: usize, end: usize, to: usize): usize {
  let at = to;
  let bits: u32 = 0;
  let count = 0;
  for (let from = start; from < end; from++) {
    const digit = digitOf(load<u8>(from));
    if (digit < 0) return 0;
    bits = (bits << 6) | <u32>digit;
    count += 6;
    if (count >= 8) {
      count -= 8;
      store<u8>(at++, <u8>(bits >> count));
    }
  }
  return at - to;
}

function digitOf(c: i32): i32 {
  if (c >= 0x41 && c <= 0x5a) return c - 0x41;
  if (c >= 0x61 && c <= 0x7a) return c - 0x61 + 26;
  if (c >= 0x30 && c <= 0x39) return c - 0x30 + 52;
  if (c == MINUS) return 62;
  return c == UNDERSCORE ? 63 : -1;
}
