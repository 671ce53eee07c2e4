/** Lower-case hexadecimal. Both W3C (§3.2.2) and B3 say lower case: a peer that compares text takes `AB` and `ab` for two. */
export const HEX = 1;
/** Hexadecimal other than zero. */
export const NOT_ZERO = 2;
/** RFC 9110 §5.6.2's token: letters, digits and ``!#$%&'*+-.^_`|~``. */
export const TOKEN = 4;
/** W3C baggage's baggage-octet: printable ASCII without blank, quote, comma, semicolon and backslash. */
export const BAGGAGE_OCTET = 8;
/** tracestate's key by level 2 (§3.3.1.3.1): `a-z0-9_-*\/@`; level 1 allowed less, so its keys all pass. */
export const STATE_KEY = 16;
/** What such a key begins with: a letter or a digit. */
export const STATE_KEY_START = 32;

/**
 * The kinds of each character, a bit for each. Ids are random, so that a processor guesses every second branch on
 * a digit wrongly; the loops over this table have none. What is not latin1 has no entry, and undefined is no bit.
 */
export const KINDS: Readonly<Uint8Array> = makeKinds();

function makeKinds(): Uint8Array {
  const kinds = new Uint8Array(256);
  const mark = (kind: number, pattern: RegExp): void => {
    for (let code = 0; code < 0x7f; code++) {
      if (pattern.test(String.fromCharCode(code))) kinds[code] = (kinds[code] as number) | kind;
    }
  };
  mark(HEX, /[0-9a-f]/);
  mark(NOT_ZERO, /[1-9a-f]/);
  mark(TOKEN, /[0-9A-Za-z!#$%&'*+\-.^_`|~]/);
  mark(BAGGAGE_OCTET, /[!#-+\--:<-[\]-~]/);
  mark(STATE_KEY, /[a-z0-9_\-*/@]/);
  mark(STATE_KEY_START, /[a-z0-9]/);
  return kinds;
}

/** The kinds of the character at `index`: 0 past the end, and for what is not latin1. */
export function kindsAt(text: string, index: number): number {
  return index < text.length ? (KINDS[text.charCodeAt(index)] ?? 0) : 0;
}
