/**
 * What a value must be before it may stand on a span or in a log: well-formed UTF-8 (Unicode 16, table 3-7)
 * without control characters, quotes and backslashes, and no longer than allowed. OTLP strings must be UTF-8, a
 * control character could forge a log line, and a quote end a JSON text that a log format does not escape.
 */

/** Not such a text, within the part that would be kept. */
export const NOT_TEXT: i32 = -1;

/**
 * How many bytes of a value to keep so that it has at most `maxLength` characters (code points) and ends on
 * the border of one; `NOT_TEXT` where the kept part is not a text. Bytes past the cut are not looked at.
 */
export function textLength(start: usize, size: i32, maxLength: i32): i32 {
  let at = start;
  const end = start + size;
  let room = maxLength;
  while (at < end && room > 0) {
    const lead = <u32>load<u8>(at);
    // The usual case, without a call: letters, digits and signs, but no quote and no backslash.
    if (lead > 0x22 && lead < 0x7f && lead != 0x5c) {
      at++;
    } else {
      const length = characterLength(at, end);
      if (length == 0 || lead == 0x22 || lead == 0x5c) return NOT_TEXT;
      at += length;
    }
    room--;
  }
  return <i32>(at - start);
}

/** Bytes of the character at `at`; 0 where it is ill-formed or a control character. */
export function characterLength(at: usize, end: usize): i32 {
  const lead = <u32>load<u8>(at);
  if (lead < 0x80) return lead < 0x20 || lead == 0x7f ? 0 : 1;
  return sequenceLength(at, end, lead);
}

/** Bytes of the well-formed sequence of two to four bytes at `at`; 0 where it is not one. */
function sequenceLength(at: usize, end: usize, lead: u32): i32 {
  const available = <i32>(end - at);
  if (lead < 0xc2 || available < 2) return 0;
  const second = <u32>load<u8>(at, 1);
  if (lead < 0xe0) {
    // U+0080 to U+009F are control characters too (C1).
    if (lead == 0xc2 && second < 0xa0) return 0;
    return isContinuation(second) ? 2 : 0;
  }
  if (available < 3 || !isContinuation(second) || !isContinuation(load<u8>(at, 2))) return 0;
  if (lead < 0xf0) {
    // No over-long forms, no surrogates.
    if (lead == 0xe0 && second < 0xa0) return 0;
    return lead == 0xed && second > 0x9f ? 0 : 3;
  }
  if (lead > 0xf4 || available < 4 || !isContinuation(load<u8>(at, 3))) return 0;
  if (lead == 0xf0 && second < 0x90) return 0;
  return lead == 0xf4 && second > 0x8f ? 0 : 4;
}

function isContinuation(byte: u32): bool {
  return (byte & 0xc0) == 0x80;
}
