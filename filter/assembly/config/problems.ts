/** What is wrong with a configuration. Every message has a code, a JSON path and a way to mend it. */

/** All codes; each is explained in docs/errors.md. */
export namespace Code {
  /** The host did not hand the configuration over. */
  export const Unreadable: string = 'MESHSPAN_CONFIG_UNREADABLE';
  /** The text is not JSON. */
  export const NotJson: string = 'MESHSPAN_CONFIG_JSON';
  /** A field has another type than it should. */
  export const WrongType: string = 'MESHSPAN_CONFIG_TYPE';
  /** A field holds a value that is not allowed. */
  export const WrongValue: string = 'MESHSPAN_CONFIG_VALUE';
  /** A field is missing. */
  export const Missing: string = 'MESHSPAN_CONFIG_MISSING';
  /** A field has a name that the filter does not know. */
  export const Unknown: string = 'MESHSPAN_CONFIG_UNKNOWN';
}

/** Longest piece of the configuration in a message, in UTF-16 code units. */
const MAX_SHOWN: i32 = 200;
const HEXADECIMAL: string = '0123456789abcdef';
const ELLIPSIS: i32 = 0x2026;

export class Problem {
  constructor(
    public code: string,
    /** JSON path, `$` at the root. */
    public path: string,
    public expected: string,
    public got: string,
    /** What the filter does in spite of it, and how to mend it. */
    public consequence: string,
  ) {}

  toString(): string {
    const path = shown(this.path);
    const got = shown(this.got);
    return `${this.code} at ${path}: expected ${this.expected}, got ${got}; ${this.consequence}`;
  }
}

/**
 * A piece of the configuration as a log may hold it: on one line, so that it cannot forge another; in UTF-8,
 * which has no lone surrogates; and not endless.
 */
function shown(text: string): string {
  // Made a text once: adding to a text copies it, and nothing is collected during configuration.
  const units: i32[] = [];
  for (let i = 0; i < text.length; i++) {
    if (i >= MAX_SHOWN) {
      units.push(ELLIPSIS);
      break;
    }
    const c = text.charCodeAt(i);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      escape(c, units);
    } else if ((c & 0xf800) != 0xd800) {
      units.push(c);
    } else if (c < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) == 0xdc00) {
      units.push(c);
      units.push(text.charCodeAt(++i));
    } else {
      escape(c, units);
    }
  }
  return String.fromCharCodes(units);
}

/** A code unit as JSON escapes it. */
function escape(c: i32, units: i32[]): void {
  units.push(0x5c);
  units.push(0x75);
  for (let shift = 12; shift >= 0; shift -= 4) units.push(HEXADECIMAL.charCodeAt((c >> shift) & 0xf));
}
