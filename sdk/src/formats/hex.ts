/** What a run of characters is: not lower-case hexadecimal, nothing but zeroes, or an id. */
export type HexKind = 'not-hex' | 'zero' | 'id';

/**
 * Looks at `value` from `start` to before `end`. Lower case only: both W3C (§3.2.2) and B3 say so, and a
 * peer that compares ids as text would take `AB` and `ab` for two traces. A position past the end of
 * `value` is not hexadecimal.
 */
export function hexKind(value: string, start: number, end: number): HexKind {
  let kind: HexKind = 'zero';
  for (let index = start; index < end; index++) {
    const code = value.charCodeAt(index);
    if (code === 0x30) continue;
    const isHex = (code >= 0x31 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
    // NaN, which is what charCodeAt gives past the end, fails every comparison and lands here too.
    if (!isHex) return 'not-hex';
    kind = 'id';
  }
  return kind;
}

/** The number that one lower-case hexadecimal digit stands for; the caller has checked that it is one. */
export function hexDigit(code: number): number {
  return code < 0x61 ? code - 0x30 : code - 0x57;
}
