import { NOT_TEXT, textLength } from '../../assembly/govern/text';

const ROOM: i32 = 1000;

/** What `textLength` says of bytes written as hexadecimal digits, blanks between them. */
function lengthOf(hex: string, maxLength: i32 = ROOM): i32 {
  const digits = hex.split(' ').join('');
  const size = digits.length / 2;
  const bytes = new ArrayBuffer(size);
  for (let i = 0; i < size; i++) {
    store<u8>(changetype<usize>(bytes) + i, <u8>parseInt(digits.substr(2 * i, 2), 16));
  }
  return textLength(changetype<usize>(bytes), size, maxLength);
}

function expectAccepted(all: string[]): void {
  for (let i = 0; i < all.length; i++) {
    const size = all[i].split(' ').join('').length / 2;
    expect(lengthOf(all[i])).toBe(size, all[i]);
    // In the middle of a text as well.
    expect(lengthOf(`41 ${all[i]} 42`)).toBe(size + 2, `41 ${all[i]} 42`);
  }
}

function expectRefused(all: string[]): void {
  for (let i = 0; i < all.length; i++) {
    expect(lengthOf(all[i])).toBe(NOT_TEXT, all[i]);
    expect(lengthOf(`41 ${all[i]} 42`)).toBe(NOT_TEXT, `41 ${all[i]} 42`);
  }
}

/** UTF-8 of a code point, surrogates too, written down here so that the check does not rest on the library. */
function encode(code: u32, to: usize): i32 {
  if (code < 0x80) {
    store<u8>(to, code);
    return 1;
  }
  const size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  let rest = code;
  for (let i = size - 1; i > 0; i--) {
    store<u8>(to + i, (rest & 0x3f) | 0x80);
    rest >>= 6;
  }
  const mark: u32 = size == 2 ? 0xc0 : size == 3 ? 0xe0 : 0xf0;
  store<u8>(to, rest | mark);
  return size;
}

describe('textLength: well-formed UTF-8 (Unicode 16, table 3-7)', () => {
  it('takes the first and the last sequence of each row', () => {
    expectAccepted([
      '20',
      '7e',
      'c2 a0',
      'df bf',
      'e0 a0 80',
      'e0 bf bf',
      'e1 80 80',
      'ec bf bf',
      'ed 80 80',
      'ed 9f bf',
      'ee 80 80',
      'ef bf bf',
      'f0 90 80 80',
      'f0 bf bf bf',
      'f1 80 80 80',
      'f3 bf bf bf',
      'f4 80 80 80',
      'f4 8f bf bf',
    ]);
  });

  it('takes every code point but surrogates, control characters, quotes and backslashes', () => {
    const bytes = new ArrayBuffer(4);
    const at = changetype<usize>(bytes);
    let wrong: i32 = -1;
    for (let code: u32 = 0; code <= 0x10ffff; code++) {
      const size = encode(code, at);
      const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
      const surrogate = code >= 0xd800 && code <= 0xdfff;
      const quote = code == 0x22 || code == 0x5c;
      if (textLength(at, size, 1) != (control || surrogate || quote ? NOT_TEXT : size)) wrong = <i32>code;
    }
    expect(wrong).toBe(-1, 'the last code point that was judged wrongly');
  });

  it('refuses over-long forms', () => {
    expectRefused([
      'c0 80',
      'c0 af',
      'c1 bf',
      'e0 80 80',
      'e0 80 af',
      'e0 9f bf',
      'f0 80 80 80',
      'f0 8f bf bf',
    ]);
  });

  it('refuses surrogates and what is above U+10FFFF', () => {
    expectRefused(['ed a0 80', 'ed bf bf', 'ed a0 80 ed b0 80', 'f4 90 80 80', 'f5 80 80 80', 'f7 bf bf bf']);
  });

  it('refuses bytes that begin nothing', () => {
    expectRefused(['80', 'bf', 'f8 88 80 80 80', 'fc 84 80 80 80 80', 'fe', 'ff']);
  });

  it('refuses a sequence that another byte cuts short', () => {
    expectRefused([
      'c2 41',
      'c2 c2',
      'e1 80 41',
      'e1 41 80',
      'f1 80 80 41',
      'f1 80 41 80',
      'f1 41 80 80',
      'f1 80 80 c2',
    ]);
  });

  it('refuses a sequence that the end cuts short', () => {
    const cut: string[] = ['c2', 'df', 'e1', 'e1 80', 'ef bf', 'f1', 'f1 80', 'f1 80 80', 'f4 8f bf'];
    for (let i = 0; i < cut.length; i++) {
      expect(lengthOf(cut[i])).toBe(NOT_TEXT, cut[i]);
      expect(lengthOf(`41 42 ${cut[i]}`)).toBe(NOT_TEXT, `41 42 ${cut[i]}`);
    }
  });

  it('does not read past the end for what would complete a sequence', () => {
    const bytes = new ArrayBuffer(4);
    const at = changetype<usize>(bytes);
    store<u32>(at, 0x80809ff0);
    for (let size = 1; size < 4; size++)
      expect(textLength(at, size, ROOM)).toBe(NOT_TEXT, `${size} of 4 bytes`);
    expect(textLength(at, 4, ROOM)).toBe(4);
  });
});

// A line feed could forge a log line, an escape could drive a terminal; both come in header values.
describe('textLength: control characters', () => {
  it('refuses C0, DEL and C1', () => {
    expectRefused(['00', '09', '0a', '0d', '1b', '1f', '7f', 'c2 80', 'c2 85', 'c2 9f']);
  });

  it('takes what stands just beside them', () => {
    expectAccepted(['20', '7e', 'c2 a0']);
  });
});

describe('textLength: the cut', () => {
  it('keeps an empty value as an empty text', () => {
    expect(lengthOf('')).toBe(0);
    expect(lengthOf('', 1)).toBe(0);
    expect(lengthOf('41', 0)).toBe(0);
  });

  it('counts characters, not bytes', () => {
    // a, U+00E9, U+20AC, U+1F600, b
    const mixed = '61 c3a9 e282ac f09f9880 62';
    const kept: i32[] = [0, 1, 3, 6, 10, 11, 11];
    for (let max = 0; max < kept.length; max++) {
      expect(lengthOf(mixed, max)).toBe(kept[max], `at most ${max} characters`);
    }
  });

  it('keeps a text that is exactly as long as allowed', () => {
    expect(lengthOf('61 62 63', 3)).toBe(3);
    expect(lengthOf('61 62 63', 2)).toBe(2);
  });

  // The cost of a value is bounded by `maxLength`, not by what a client sends.
  it('does not look past the cut', () => {
    expect(lengthOf('61 62 0a', 2)).toBe(2);
    expect(lengthOf('61 62 ff', 2)).toBe(2);
    expect(lengthOf('61 62 0a', 3)).toBe(NOT_TEXT);
  });
});
