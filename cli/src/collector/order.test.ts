import { expect, test } from 'vitest';
import { orderSpans } from './order.ts';
import { makeSpan } from './span-fixture.ts';
import type { Span } from './trace.ts';

const id = (short: string) => short.padStart(16, '0');
const outline = (spans: readonly Span[]) =>
  orderSpans(spans).map(({ span, depth, orphan }) => `${'-'.repeat(depth)}${span.name}${orphan ? '!' : ''}`);

test('parents come first and siblings by their start, in whatever order they arrived', () => {
  const spans = [
    makeSpan('4', { name: 'late', parentSpanId: id('1'), startMs: 30 }),
    makeSpan('3', { name: 'below early', parentSpanId: id('2'), startMs: 20 }),
    makeSpan('2', { name: 'early', parentSpanId: id('1'), startMs: 10 }),
    makeSpan('1', { name: 'root', startMs: 0 }),
  ];
  expect(outline(spans)).toEqual(['root', '-early', '--below early', '-late']);
  expect(orderSpans(spans).map((entry) => entry.parent?.name)).toEqual([undefined, 'root', 'early', 'root']);
});

test('a child whose clock is behind still comes after its parent', () => {
  const spans = [
    makeSpan('2', { name: 'child', parentSpanId: id('1'), startMs: -50 }),
    makeSpan('1', { name: 'root' }),
  ];
  expect(outline(spans)).toEqual(['root', '-child']);
});

test('a span whose parent is not there is an orphan, with its own children below it', () => {
  const spans = [
    makeSpan('1', { name: 'root', startMs: 0 }),
    makeSpan('5', { name: 'lost', parentSpanId: id('99'), startMs: 1 }),
    makeSpan('6', { name: 'below lost', parentSpanId: id('5'), startMs: 2 }),
  ];
  expect(outline(spans)).toEqual(['root', 'lost!', '-below lost']);
});

test('a server that shares its id with the client hangs below it, and what it calls below the server', () => {
  const spans = [
    makeSpan('1', { name: 'root', startMs: 0 }),
    makeSpan('2', { name: 'server', kind: 'SERVER', parentSpanId: id('1'), startMs: 1 }),
    makeSpan('2', { name: 'client', kind: 'CLIENT', parentSpanId: id('1'), startMs: 2 }),
    makeSpan('3', { name: 'called', kind: 'CLIENT', parentSpanId: id('2'), startMs: 3 }),
  ];
  expect(outline(spans)).toEqual(['root', '-client', '--server', '---called']);
});

test('spans on a circle of parents, and one that is its own parent, come out once and marked', () => {
  const circle = [
    makeSpan('1', { name: 'a', parentSpanId: id('2'), startMs: 0 }),
    makeSpan('2', { name: 'b', parentSpanId: id('1'), startMs: 1 }),
    makeSpan('3', { name: 'self', parentSpanId: id('3'), startMs: 2 }),
  ];
  expect(outline(circle).sort()).toEqual(['-b', 'a!', 'self!']);
});

test('a chain deeper than the call stack', () => {
  const spans = Array.from({ length: 20_000 }, (_, n) =>
    makeSpan((n + 1).toString(16), { parentSpanId: n === 0 ? '' : id(n.toString(16)), startMs: n }),
  );
  expect(orderSpans(spans).at(-1)?.depth).toBe(19_999);
});

test('no spans', () => {
  expect(orderSpans([])).toEqual([]);
});
