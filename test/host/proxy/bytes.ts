const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Longest piece of a value in a record of calls, in bytes. */
const SHOWN = 200;

/** What a test hands in: text stands for its UTF-8. */
export type Value = string | Uint8Array;

export function toBytes(value: Value): Uint8Array {
  return typeof value === 'string' ? encoder.encode(value) : value;
}

/**
 * Bytes for people: text as it is with NUL as `␀` (it separates the parts of a property's path), other
 * control characters escaped, hexadecimal digits for what is not UTF-8, and long values cut.
 */
export function show(bytes: Uint8Array): string {
  if (bytes.length > SHOWN) return `${show(bytes.subarray(0, 8))}… ${bytes.length} bytes`;
  try {
    const text = decoder.decode(bytes);
    return JSON.stringify(text).slice(1, -1).replaceAll('\\u0000', '␀').replaceAll('\\"', '"');
  } catch {
    return `0x${Buffer.from(bytes).toString('hex')}`;
  }
}

/** Text for bytes that are compared as a whole or used as a key: one character for each byte. */
export function toKey(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
