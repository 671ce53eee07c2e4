import type { Stretch } from './facts.ts';

/** Blocks that fill a cell from its left, by eighths; Unicode has the same from the right only for 1 and 4. */
const FROM_LEFT = ' ▏▎▍▌▋▊▉█';

/**
 * A bar of `cells` characters on a time axis, exact to an eighth of a cell where Unicode has the block and to
 * half a cell at the left end. The shortest span is an eighth wide: a span that took no time is still seen.
 */
export function drawBar({ from, to }: Stretch, cells: number): string {
  const last = cells * 8;
  const start = Math.min(Math.round(clamp(from) * last), last - 1);
  const end = Math.max(Math.round(clamp(to) * last), start + 1);
  let bar = '';
  for (let cell = 0; cell < cells; cell++) {
    bar += drawCell(Math.max(start - cell * 8, 0), Math.min(end - cell * 8, 8));
  }
  return bar;
}

/** The character that comes closest to eighths `from` to `to` of a cell. */
function drawCell(from: number, to: number): string {
  if (to <= 0 || from >= 8) return ' ';
  const filled = to - from;
  if (from === 0 || to < 8) return FROM_LEFT[filled] ?? ' ';
  if (filled <= 2) return '▕';
  return filled <= 5 ? '▐' : '█';
}

function clamp(fraction: number): number {
  return Math.min(Math.max(fraction, 0), 1);
}
