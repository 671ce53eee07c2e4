import { expect, it } from 'vitest';
import { newSpanId, newTraceId } from './span-ids.ts';

it('gives valid ids, none twice, over many fillings of the pool', () => {
  const seen = new Set<string>();
  for (let index = 0; index < 20_000; index++) {
    const span = newSpanId();
    const trace = newTraceId();
    expect(span).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    expect(trace).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    seen.add(span).add(trace).add(trace.slice(0, 16));
  }
  expect(seen.size).toBe(60_000);
});
