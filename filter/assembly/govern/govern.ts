import { allocate } from '../abi/arena';
import { Bytes, Received } from '../abi/host';
import { Counter, count } from '../health/counters';
import { Pattern } from './pattern';
import { makeSafe } from './safe';
import { HASH_BYTES, HmacKey } from './sha256';
import { NOT_TEXT, textLength } from './text';
import { DistinctValues, ValueSet } from './values';

/** What a value becomes that is not one of those allowed, or one too many. */
const OTHER: Bytes = String.UTF8.encode('other');
const HEXADECIMAL: usize = memory.data<u8>([
  0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
]);

/** What the values of one attribute must pass beside being a text of a certain length. */
export class Rules {
  lowercase: bool = false;
  pattern: Pattern | null = null;
  allow: ValueSet | null = null;
  hashKey: HmacKey | null = null;
  /** Hexadecimal digits of a hash that are kept. */
  hashLength: i32 = 64;
  /** Characters at the end that a mask leaves; -1 without a mask. */
  maskKeeps: i32 = -1;
  distinct: DistinctValues | null = null;
}

/**
 * Takes the value in `Received` through an attribute's rules, in this order: made safe and cut, lower case,
 * pattern, allowed values, hash or mask, number of different values. False for a value that is to count as none.
 * What is not meant as a text, a number of Envoy's for one, is not made into one.
 */
export function govern(maxLength: i32, rules: Rules | null, isText: bool): bool {
  // Of a long value the whole is hashed: two users that begin alike must not become one.
  const cut = rules !== null && rules.hashKey !== null ? i32.MAX_VALUE : maxLength;
  const size = <i32>Received.size;
  const kept = textLength(Received.start, size, cut);
  if (kept == NOT_TEXT) {
    if (!isText || !makeSafe(cut)) return false;
  } else {
    if (kept < size) count(Counter.Truncated);
    Received.size = kept;
  }
  return rules === null || apply(rules, maxLength);
}

function apply(rules: Rules, maxLength: i32): bool {
  if (rules.lowercase && !lowerCase()) return false;
  const pattern = rules.pattern;
  if (pattern !== null && !pattern.matches(Received.start, <i32>Received.size)) {
    count(Counter.Rejected);
    return false;
  }
  const allow = rules.allow;
  if (allow !== null && !allow.has(Received.start, <i32>Received.size)) {
    setOther();
    return true;
  }
  const key = rules.hashKey;
  if (key !== null) {
    if (!hash(key, min(rules.hashLength, maxLength))) return false;
  } else if (rules.maskKeeps >= 0 && !mask(rules.maskKeeps)) {
    return false;
  }
  const distinct = rules.distinct;
  if (distinct !== null && !distinct.admit(Received.start, <i32>Received.size)) {
    count(Counter.Overflow);
    setOther();
  }
  return true;
}

function setOther(): void {
  Received.start = changetype<usize>(OTHER);
  Received.size = OTHER.byteLength;
}

/** ASCII letters only. In a copy, as another attribute may read the same header. */
function lowerCase(): bool {
  const to = allocate(Received.size);
  if (to == 0) return false;
  for (let i: usize = 0; i < Received.size; i++) {
    const c = load<u8>(Received.start + i);
    store<u8>(to + i, c >= 0x41 && c <= 0x5a ? c | 0x20 : c);
  }
  Received.start = to;
  return true;
}

/** HMAC-SHA-256 as the first `digits` of its hexadecimal digits. */
function hash(key: HmacKey, digits: i32): bool {
  const to = allocate(HASH_BYTES * 3);
  if (to == 0) return false;
  const bytes = to + HASH_BYTES * 2;
  key.sign(Received.start, <i32>Received.size, bytes);
  for (let i = 0; i < HASH_BYTES; i++) {
    const byte = <usize>load<u8>(bytes + i);
    store<u8>(to + i * 2, load<u8>(HEXADECIMAL + (byte >> 4)));
    store<u8>(to + i * 2, load<u8>(HEXADECIMAL + (byte & 15)), 1);
  }
  Received.start = to;
  Received.size = digits;
  return true;
}

/** A star for each character but the last `keep`. A value that short is masked whole. */
function mask(keep: i32): bool {
  const end = Received.start + Received.size;
  let characters = 0;
  for (let at = Received.start; at < end; at++) if ((load<u8>(at) & 0xc0) != 0x80) characters++;
  const hidden = characters > keep ? characters - keep : characters;
  let tail = Received.start;
  for (let i = 0; i < hidden; i++) {
    tail++;
    while (tail < end && (load<u8>(tail) & 0xc0) == 0x80) tail++;
  }
  const rest = end - tail;
  const to = allocate(<usize>hidden + rest);
  if (to == 0) return false;
  memory.fill(to, 0x2a, hidden);
  memory.copy(to + <usize>hidden, tail, rest);
  Received.start = to;
  Received.size = <usize>hidden + rest;
  return true;
}
