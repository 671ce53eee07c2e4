import { allocate } from '../abi/arena';
import { Bytes, Received } from '../abi/host';

/**
 * Finds one value in a JSON text (RFC 8259) that comes with a request. Reads it once from left to right, without recursion
 * and without building anything; what is not JSON has no members, or those in front of the mistake.
 */

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COLON: u8 = 0x3a;
const COMMA: u8 = 0x2c;
const OPEN_OBJECT: u8 = 0x7b;
const CLOSE_OBJECT: u8 = 0x7d;
const OPEN_ARRAY: u8 = 0x5b;
const CLOSE_ARRAY: u8 = 0x5d;
const NOWHERE: usize = 0;

/**
 * Puts the text, number or truth value at a path into `Received`; parts of the path are separated by NUL, and a number
 * is an index of a list. False for anything else.
 */
export function jsonMember(start: usize, end: usize, path: Bytes): bool {
  let at = skipSpace(start, end);
  let part = changetype<usize>(path);
  const pathEnd = part + path.byteLength;
  while (true) {
    let partEnd = part;
    while (partEnd < pathEnd && load<u8>(partEnd) != 0) partEnd++;
    if (at >= end) return false;
    const c = load<u8>(at);
    if (c == OPEN_OBJECT) at = findMember(at + 1, end, part, partEnd - part);
    else at = c == OPEN_ARRAY ? findItem(at + 1, end, part, partEnd) : NOWHERE;
    if (at == NOWHERE) return false;
    if (partEnd == pathEnd) return scalar(at, end);
    part = partEnd + 1;
  }
}

/** Where the value of a name begins. Of a repeated name the last counts, as in ECMAScript. */
function findMember(start: usize, end: usize, name: usize, size: usize): usize {
  let found = NOWHERE;
  let at = skipSpace(start, end);
  while (at < end && load<u8>(at) == QUOTE) {
    const nameEnd = skipText(at, end);
    if (nameEnd == NOWHERE) return NOWHERE;
    const isName =
      decodeText(at + 1, nameEnd - 1) &&
      Received.size == size &&
      memory.compare(Received.start, name, size) == 0;
    at = skipSpace(nameEnd, end);
    if (at >= end || load<u8>(at) != COLON) return NOWHERE;
    at = skipSpace(at + 1, end);
    if (isName) found = at;
    at = skipSpace(skipValue(at, end), end);
    if (at >= end || load<u8>(at) != COMMA) break;
    at = skipSpace(at + 1, end);
  }
  return found;
}

/** Where the item of an index begins. */
function findItem(start: usize, end: usize, digits: usize, digitsEnd: usize): usize {
  let index = 0;
  if (digits == digitsEnd || digitsEnd - digits > 6) return NOWHERE;
  for (; digits < digitsEnd; digits++) {
    const digit = <i32>load<u8>(digits) - 0x30;
    if (digit < 0 || digit > 9) return NOWHERE;
    index = index * 10 + digit;
  }
  let at = skipSpace(start, end);
  for (; index > 0; index--) {
    at = skipSpace(skipValue(at, end), end);
    if (at >= end || load<u8>(at) != COMMA) return NOWHERE;
    at = skipSpace(at + 1, end);
  }
  return at;
}

/** Leaves a text, a number or a truth value in `Received`. */
function scalar(at: usize, end: usize): bool {
  if (at >= end) return false;
  const c = load<u8>(at);
  if (c == QUOTE) {
    const textEnd = skipText(at, end);
    return textEnd != NOWHERE && decodeText(at + 1, textEnd - 1);
  }
  const isNumber = (c >= 0x30 && c <= 0x39) || c == 0x2d;
  // `t` of true and `f` of false; null is no value.
  if (!isNumber && c != 0x74 && c != 0x66) return false;
  Received.start = at;
  Received.size = skipValue(at, end) - at;
  return true;
}

function skipSpace(at: usize, end: usize): usize {
  while (at < end && load<u8>(at) <= 0x20) at++;
  return at;
}

/** Behind the closing quote of the text that begins at `at`; `NOWHERE` where there is none. */
function skipText(at: usize, end: usize): usize {
  for (at++; at < end; at++) {
    const c = load<u8>(at);
    if (c == QUOTE) return at + 1;
    if (c == BACKSLASH) at++;
  }
  return NOWHERE;
}

/** Behind the value at `at`. */
function skipValue(at: usize, end: usize): usize {
  let depth = 0;
  while (at < end) {
    const c = load<u8>(at);
    if (c == QUOTE) {
      at = skipText(at, end);
      if (at == NOWHERE) return end;
      if (depth == 0) return at;
      continue;
    }
    if (c == OPEN_OBJECT || c == OPEN_ARRAY) depth++;
    else if (c == CLOSE_OBJECT || c == CLOSE_ARRAY) {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == COMMA || c <= 0x20)) return at;
    at++;
  }
  return end;
}

/** Leaves a text without its escapes in `Received`; false where one is none, or there is no memory. */
function decodeText(start: usize, end: usize): bool {
  Received.start = start;
  Received.size = end - start;
  let at = start;
  while (at < end && load<u8>(at) != BACKSLASH) at++;
  if (at == end) return true;
  // An escape is never shorter than what it stands for.
  const text = allocate(end - start);
  if (text == 0) return false;
  memory.copy(text, start, at - start);
  let to = text + (at - start);
  while (at < end) {
    const c = load<u8>(at++);
    if (c != BACKSLASH) {
      store<u8>(to++, c);
      continue;
    }
    const escape = load<u8>(at++);
    if (escape == 0x75) {
      let code = hexOf(at, end);
      at += 4;
      // Two surrogates are one character (RFC 8259, section 7).
      if ((code & 0xfc00) == 0xd800 && at + 6 <= end && load<u16>(at) == 0x755c) {
        const low = hexOf(at + 2, end);
        if ((low & 0xfc00) == 0xdc00) {
          code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
          at += 6;
        }
      }
      if (code < 0 || (code & 0xf800) == 0xd800) return false;
      to = putCharacter(to, code);
    } else if (escape == 0x6e || escape == 0x74 || escape == 0x72 || escape == 0x62 || escape == 0x66) {
      // A control character, which governing replaces.
      store<u8>(to++, 0x09);
    } else {
      store<u8>(to++, escape);
    }
  }
  Received.start = text;
  Received.size = to - text;
  return true;
}

/** The number of four hexadecimal digits; negative where there are none. */
function hexOf(at: usize, end: usize): i32 {
  if (at + 4 > end) return -1;
  let code = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c = load<u8>(at + i);
    const lower = c | 0x20;
    const digit = c >= 0x30 && c <= 0x39 ? c - 0x30 : lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 255;
    if (digit == 255) return -1;
    code = (code << 4) | digit;
  }
  return code;
}

/** A code point in UTF-8; the address behind it. */
function putCharacter(to: usize, code: i32): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 1);
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 1);
    store<u8>(to, <u8>(0x80 | (code & 0x3f)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  store<u8>(to, <u8>(0x80 | ((code >> 12) & 0x3f)), 1);
  store<u8>(to, <u8>(0x80 | ((code >> 6) & 0x3f)), 2);
  store<u8>(to, <u8>(0x80 | (code & 0x3f)), 3);
  return to + 4;
}
