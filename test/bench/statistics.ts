/** What is told of a list of measurements. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws on an empty list: there is no figure to tell. */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  const min = sorted[0];
  const max = sorted.at(-1);
  if (low === undefined || high === undefined || min === undefined || max === undefined) {
    throw new RangeError('no measurements');
  }
  return { median: (low + high) / 2, min, max };
}

/** Pair by pair: what both lists have at an index was measured within the same seconds. */
export function pairwise(
  left: readonly number[],
  right: readonly number[],
  combine: (left: number, right: number) => number,
): number[] {
  return left.flatMap((value, index) => {
    const other = right[index];
    return other === undefined ? [] : [combine(value, other)];
  });
}
