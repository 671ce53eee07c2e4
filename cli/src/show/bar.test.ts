import { expect, test } from 'vitest';
import { drawBar } from './bar.ts';

test.each([
  [{ from: 0, to: 1 }, '████'],
  [{ from: 0.25, to: 0.5 }, ' █  '],
  [{ from: 0, to: 1 / 32 }, '▏   '],
  [{ from: 0.5, to: 0.5 }, '  ▏ '],
  [{ from: 1, to: 1 }, '   ▕'],
  [{ from: 4 / 32, to: 13 / 32 }, '▐▋  '],
  [{ from: 7 / 32, to: 0.5 }, '▕█  '],
  [{ from: -1, to: 2 }, '████'],
])('%j on four cells', (stretch, expected) => {
  expect(drawBar(stretch, 4)).toBe(expected);
});

test('no cells, no bar', () => {
  expect(drawBar({ from: 0, to: 1 }, 0)).toBe('');
});
