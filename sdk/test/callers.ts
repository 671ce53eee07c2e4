import { run } from '../src/context.ts';
import { extract } from '../src/index.ts';
import type { Seen } from './servers.ts';

const SPAN = 'b7ad6b7169203331';
const CALLS = 60;

/** How many calls carried their caller's headers, none at all, or anything else. */
export interface Count {
  right: number;
  none: number;
  wrong: number;
}

export const ALL_RIGHT: Count = { right: CALLS, none: 0, wrong: 0 };
export const ALL_NONE: Count = { right: 0, none: CALLS, wrong: 0 };

/** Headers of caller number `index`: nothing in them equals another's. */
export function caller(index: number): Record<string, string> {
  const trace = index.toString(16).padStart(32, 'a');
  return {
    traceparent: `00-${trace}-${SPAN}-01`,
    'x-user-id': `user-${index}`,
    'x-request-id': `id-${index}`,
    baggage: `n=${index}`,
  };
}

/** Makes one call in the context of caller number 1. */
export function asCaller<Result>(call: () => Promise<Result>): Promise<Result> {
  return run(extract(caller(1)), call);
}

/** What came of 60 concurrent calls, each in a context of its own. */
export async function count(call: () => Promise<unknown>): Promise<Count> {
  const result: Count = { right: 0, none: 0, wrong: 0 };
  const calls = Array.from({ length: CALLS }, (_, index) => run(extract(caller(index)), call));
  for (const [index, answer] of (await Promise.all(calls)).entries()) {
    const { headers } = answer as Seen;
    const expected = Object.entries(caller(index));
    if (expected.every(([name, value]) => headers[name] === value)) result.right++;
    else if (expected.every(([name]) => headers[name] === undefined)) result.none++;
    else result.wrong++;
  }
  return result;
}
