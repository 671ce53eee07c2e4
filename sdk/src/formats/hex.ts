import { HEX, KINDS, NOT_ZERO } from './characters.ts';

/** What a run of characters is: not lower-case hexadecimal, nothing but zeroes, or an id. */
export type HexKind = 'not-hex' | 'zero' | 'id';

/** Looks at `value` from `start` to before `end`. A position past the end of `value` is not hexadecimal. */
export function hexKind(value: string, start: number, end: number): HexKind {
  let all = HEX;
  let any = 0;
  for (let index = start; index < end; index++) {
    // NaN, which is what charCodeAt gives past the end, has no entry either.
    const kinds = KINDS[value.charCodeAt(index)] as number;
    all &= kinds;
    any |= kinds;
  }
  if (all === 0) return 'not-hex';
  return (any & NOT_ZERO) === 0 ? 'zero' : 'id';
}

/** The number that one lower-case hexadecimal digit stands for; the caller has checked that it is one. */
export function hexDigit(code: number): number {
  return code < 0x61 ? code - 0x30 : code - 0x57;
}
