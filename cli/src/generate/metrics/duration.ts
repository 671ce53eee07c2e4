const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration of meshspan.yaml, such as "250ms" or "2m"; the schema has seen to its form. */
export function milliseconds(duration: string): number {
  const [, count = '', unit = ''] = /^(\d+)(\D+)$/.exec(duration) ?? [];
  return Number(count) * (UNITS[unit] as number);
}
