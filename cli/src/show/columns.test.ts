import { expect, test } from 'vitest';
import { countColumns, cutToColumns, fitToColumns, makeVisible } from './columns.ts';

test.each([
  ['\x1b[2J\x07', '\\x1b[2J\\x07'],
  ['a\r\nb\tc', 'a\\x0d\\nb\\x09c'],
  ['\x9b31m\x7f', '\\x9b31m\\x7f'],
  ['\u202eevil\u2066', '\\u{202e}evil\\u{2066}'],
  ['a\u200bb\u2028c\ufeff', 'a\\u{200b}b\\u{2028}c\\u{feff}'],
  ['\ud800', '\\u{d800}'],
  ['Z\u0300\u0301\u0302\u0303\u0304\u0305', 'Z\u0300\u0301\u0302\u0303'],
  ['Zoë 東京 שלום 👍', 'Zoë 東京 שלום 👍'],
])('%j is made visible as %j', (text, expected) => {
  expect(makeVisible(text)).toBe(expected);
});

test.each([
  ['abc', 3],
  ['東京', 4],
  ['한글', 4],
  ['ｆｕｌｌ', 8],
  ['ｶﾅ', 2],
  ['👍', 2],
  ['❤️', 2],
  ['e\u0301', 1],
])('%s takes %i columns', (text, expected) => {
  expect(countColumns(text)).toBe(expected);
});

test.each([
  ['orders', 6, 'orders'],
  ['orders', 5, 'orde…'],
  ['東京駅', 5, '東京…'],
  ['東京駅', 4, '東…'],
  ['orders', 1, '…'],
  ['orders', 0, ''],
  ['', 0, ''],
])('%s in %i columns is %s', (text, columns, expected) => {
  expect(cutToColumns(text, columns)).toBe(expected);
});

test('fitting fills up what a wide character could not', () => {
  expect(fitToColumns('東京駅', 4)).toBe('東… ');
  expect(fitToColumns('ab', 4)).toBe('ab  ');
});
