import type { OrderedSpan } from '../collector/order.ts';

/** The lines of the tree before a span: on its first line, and on the lines of its attributes below. */
export interface Guide {
  readonly first: string;
  readonly next: string;
}

/** Levels that are drawn; no terminal shows more, and a trace may be thousands deep. */
const MAX_LEVELS = 40;

/** One guide for each row, two columns a level. The rows are a tree written top down, as orderSpans gives it. */
export function drawGuides(rows: readonly OrderedSpan[]): Guide[] {
  const guides: Guide[] = [];
  // From the last row up: `continues[level]` says whether a row further down hangs on the line of that level.
  const continues: boolean[] = [];
  for (const { depth } of rows.toReversed()) {
    const hasSibling = continues[depth] === true;
    const hasChild = continues[depth + 1] === true;
    continues.length = depth + 1;
    continues[depth] = true;
    const outer = continues.slice(Math.max(1, depth - MAX_LEVELS), depth);
    // Array.from and not map, which would leave out the levels on which nothing follows.
    const before = Array.from(outer, (continued) => (continued ? '│ ' : '  ')).join('');
    const below = hasChild ? '│ ' : '  ';
    guides.push(
      depth === 0
        ? { first: '', next: below }
        : { first: before + (hasSibling ? '├ ' : '└ '), next: before + (hasSibling ? '│ ' : '  ') + below },
    );
  }
  return guides.reverse();
}

/** A guide in at most `columns`: of one too deep its inner levels, after a sign that outer ones are left out. */
export function cutGuide(guide: string, columns: number): string {
  return guide.length <= columns ? guide : `…${guide.slice(guide.length - columns + 1)}`;
}
