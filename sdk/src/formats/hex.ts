/** What a run of characters is: not lower-case hexadecimal, nothing but zeroes, or an id. */
export type HexKind = 'not-hex' | 'zero' | 'id';

/** Longer than any header with ids: b3's is 68 characters at the most. */
const LENGTH = 128;

/**
 * A header's characters as bytes. One copy, and words of four of them, takes half the time of asking a text for
 * one after the other; and no branch depends on a digit, of which a processor guesses every second one wrongly.
 */
export class HeaderBytes {
  private readonly bytes = Buffer.alloc(LENGTH);
  private readonly words = new DataView(this.bytes.buffer, this.bytes.byteOffset, LENGTH);

  /**
   * Takes `value` in the place of what was there, or its beginning where it is longer. It is UTF-8: the first
   * character that is not ASCII stands at its own place, and is no hexadecimal; those behind it are shifted.
   * What a place past the end holds is not said.
   */
  load(value: string): void {
    this.bytes.write(value);
  }

  at(index: number): number {
    return this.bytes[index] as number;
  }

  /** Looks at what is from `start` to before `end`, which are a multiple of four apart, as those of ids are. */
  hexKind(start: number, end: number): HexKind {
    let wrong = 0;
    let any = 0;
    for (let index = start; index < end; index += 4) {
      const word = this.words.getInt32(index);
      wrong |= notHex(word);
      any |= word ^ ZEROES;
    }
    if (wrong !== 0) return 'not-hex';
    return any === 0 ? 'zero' : 'id';
  }

  /** Whether the two characters at `index` are hexadecimal. */
  isHexPair(index: number): boolean {
    return notHex(this.words.getUint16(index) | (ZEROES << 16)) === 0;
  }

  /** Whether the ids, `{trace}-{span}` of 49 characters, that stand at `start` are those of `other` at `otherStart`. */
  hasSameIds(start: number, other: HeaderBytes, otherStart: number): boolean {
    let different = this.at(start + 48) ^ other.at(otherStart + 48);
    for (let index = 0; index < 48; index += 4) {
      different |= this.words.getInt32(start + index) ^ other.words.getInt32(otherStart + index);
    }
    return different === 0;
  }
}

const one = new HeaderBytes();

/** What an id is, of 16 or 32 characters. */
export function idKind(id: string): HexKind {
  one.load(id);
  return one.hexKind(0, id.length);
}

/** `0000`, and four of the character before `a`. */
const ZEROES = 0x30303030;
const BEFORE_A = 0x60606060;
const LOW = 0x7f7f7f7f;
const HIGH = 0x80808080;

/**
 * The high bit of each of four bytes that is not `0-9a-f`. The low seven bits are added alone, so that no byte
 * carries into the next: 0x76 more than a digit's value reaches the high bit from 10 on, 0x79 more than a
 * letter's (1 to 6) from 7 on, 0x7f more from 1 on.
 */
function notHex(word: number): number {
  const digit = word ^ ZEROES;
  const letter = word ^ BEFORE_A;
  const notDigit = ((digit & LOW) + 0x76767676) | digit;
  const notLetter = ((letter & LOW) + 0x79797979) | letter | ~((letter & LOW) + LOW);
  return notDigit & notLetter & HIGH;
}

/** The number that one lower-case hexadecimal digit stands for; the caller has checked that it is one. */
export function hexDigit(code: number): number {
  return code < 0x61 ? code - 0x30 : code - 0x57;
}
