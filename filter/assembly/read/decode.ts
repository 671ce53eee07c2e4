import { allocate } from '../abi/arena';
import { Received } from '../abi/host';

/** How Envoy hands a property over; the ABI does not say (Envoy `serializeValue` in `extensions/common/wasm/context.cc`). */
export namespace PropertyType {
  export const Text: i32 = 0;
  /** Eight bytes, little-endian: signed or unsigned integers. */
  export const Integer: i32 = 1;
  /** Eight bytes, IEEE 754: numbers in metadata. */
  export const Number: i32 = 2;
  /** One byte. */
  export const Boolean: i32 = 3;
  /** Eight bytes: nanoseconds since 1970. */
  export const Timestamp: i32 = 4;
  /** Eight bytes: nanoseconds. */
  export const Duration: i32 = 5;
}

/** Most bytes that a decoded value takes. */
const ROOM: usize = 40;
const MILLION: i64 = 1000000;
const SECONDS_A_DAY: i64 = 86400;

const TRUE: ArrayBuffer = String.UTF8.encode('true');
const FALSE: ArrayBuffer = String.UTF8.encode('false');
let end: usize = 0;

/** Writes the value in `Received` as text; false when its size is not that of its type. */
export function decode(type: i32): bool {
  if (type == PropertyType.Text) return true;
  if (type == PropertyType.Boolean) {
    if (Received.size != 1) return false;
    const word = load<u8>(Received.start) != 0 ? TRUE : FALSE;
    Received.start = changetype<usize>(word);
    Received.size = word.byteLength;
    return true;
  }
  if (Received.size != 8) return false;
  const at = Received.start;
  const start = allocate(ROOM);
  if (start == 0) return false;
  end = start;
  if (type == PropertyType.Integer) writeInteger(load<i64>(at));
  else if (type == PropertyType.Duration) writeInteger(load<i64>(at) / MILLION);
  else if (type == PropertyType.Timestamp) writeTimestamp(load<i64>(at));
  else if (!writeNumber(load<f64>(at))) return false;
  Received.start = start;
  Received.size = end - start;
  return true;
}

/** Leaves nanoseconds as a number of milliseconds in `Received`; false when there is no memory for it. */
export function writeMilliseconds(nanoseconds: i64): bool {
  const start = allocate(ROOM);
  if (start == 0) return false;
  end = start;
  writeInteger(nanoseconds / MILLION);
  Received.start = start;
  Received.size = end - start;
  return true;
}

function put(c: i32): void {
  store<u8>(end++, <u8>c);
}

function writeInteger(value: i64): void {
  // Of the least integer there is no positive; as an unsigned one it is right.
  if (value < 0) put(0x2d);
  const magnitude = value < 0 ? <u64>-value : <u64>value;
  let digits = 1;
  for (let rest = magnitude / 10; rest > 0; rest /= 10) digits++;
  writeDigits(magnitude, digits);
}

/** The last `digits` decimal digits of a number. */
function writeDigits(value: u64, digits: i32): void {
  end += digits;
  let rest = value;
  for (let i = 1; i <= digits; i++) {
    store<u8>(end - i, <u8>(0x30 + (rest % 10)));
    rest /= 10;
  }
}

/** A number with up to six decimals; AssemblyScript's own printer weighs 8 KiB. False when it is too large for that. */
function writeNumber(value: f64): bool {
  if (!(Math.abs(value) < 9e15)) return false;
  if (value < 0) put(0x2d);
  const scaled = Math.abs(value) * 1e6;
  const whole = <u64>Math.abs(value);
  let fraction = scaled >= 9e15 ? 0 : <u64>(scaled + 0.5) - whole * 1000000;
  let carried = whole;
  if (fraction >= 1000000) {
    fraction = 0;
    carried++;
  }
  writeInteger(<i64>carried);
  if (fraction == 0) return true;
  put(0x2e);
  writeDigits(fraction, 6);
  while (load<u8>(end - 1) == 0x30) end--;
  return true;
}

/** RFC 3339 in UTC with milliseconds. */
function writeTimestamp(nanoseconds: i64): void {
  const milliseconds = nanoseconds / MILLION;
  let rest = milliseconds % (SECONDS_A_DAY * 1000);
  let days = milliseconds / (SECONDS_A_DAY * 1000);
  if (rest < 0) {
    rest += SECONDS_A_DAY * 1000;
    days--;
  }
  writeDate(days);
  put(0x54);
  writeDigits(<u64>(rest / 3600000), 2);
  put(0x3a);
  writeDigits(<u64>((rest / 60000) % 60), 2);
  put(0x3a);
  writeDigits(<u64>((rest / 1000) % 60), 2);
  put(0x2e);
  writeDigits(<u64>(rest % 1000), 3);
  put(0x5a);
}

/** Days since 1970 as year, month and day, in eras of 400 years that begin on 1 March (Gregorian calendar). */
function writeDate(days: i64): void {
  const sinceEra = days + 719468;
  const era = (sinceEra >= 0 ? sinceEra : sinceEra - 146096) / 146097;
  const dayOfEra = sinceEra - era * 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const monthFromMarch = (5 * dayOfYear + 2) / 153;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  writeDigits(<u64>(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), 4);
  put(0x2d);
  writeDigits(<u64>month, 2);
  put(0x2d);
  writeDigits(<u64>(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1), 2);
}
