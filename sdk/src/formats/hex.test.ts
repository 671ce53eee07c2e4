import { describe, expect, it } from 'vitest';
import { HeaderBytes, idKind } from './hex.ts';

const ID = '0123456789abcdef';
/** ASCII, latin1, and some whose low byte is a digit's: U+0130, U+0161, U+3030, half an emoji. */
const CHARACTERS = [...Array.from({ length: 0x200 }, (_, code) => code), 0x3030, 0xd83d].map((code) =>
  String.fromCharCode(code),
);

describe('idKind', () => {
  it('tells lower-case hexadecimal from any other character, wherever it stands', () => {
    for (const character of CHARACTERS) {
      for (let index = 0; index < ID.length; index++) {
        const id = ID.slice(0, index) + character + ID.slice(index + 1);
        const expected = /^[0-9a-f]$/.test(character) ? 'id' : 'not-hex';
        expect(idKind(id), `${JSON.stringify(character)} at ${index}`).toBe(expected);
      }
    }
  });

  it('tells zeroes from an id by any one digit', () => {
    expect(idKind('0'.repeat(16))).toBe('zero');
    expect(idKind('0'.repeat(32))).toBe('zero');
    for (let index = 0; index < 32; index++) {
      expect(idKind(`${'0'.repeat(index)}1${'0'.repeat(31 - index)}`)).toBe('id');
    }
  });
});

describe('HeaderBytes', () => {
  it('tells a hexadecimal pair', () => {
    const bytes = new HeaderBytes();
    for (const character of CHARACTERS) {
      const isHex = /^[0-9a-f]$/.test(character);
      bytes.load(`--${character}0--`);
      expect(bytes.isHexPair(2), JSON.stringify(character)).toBe(isHex);
      bytes.load(`--0${character}--`);
      expect(bytes.isHexPair(2), JSON.stringify(character)).toBe(isHex);
    }
  });

  it('finds the same ids, and a difference in any one character', () => {
    const ids = `${ID}${ID}-${ID}`;
    const one = new HeaderBytes();
    const other = new HeaderBytes();
    other.load(`00-${ids}-01`);
    one.load(`${ids}-1`);
    expect(one.hasSameIds(0, other, 3)).toBe(true);
    for (let index = 0; index < ids.length; index++) {
      one.load(`${ids.slice(0, index)}x${ids.slice(index + 1)}-1`);
      expect(one.hasSameIds(0, other, 3), `at ${index}`).toBe(false);
    }
  });
});
