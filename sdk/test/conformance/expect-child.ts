import { expect } from 'vitest';
import type { Case } from './case.ts';

type Headers = Readonly<Record<string, string>>;
const NEW_TRACE = '[0-9a-f]{32}';
const NEW_SPAN = '[0-9a-f]{16}';

/**
 * What child mode must send where forward mode sends `forward`: the same trace, decision and state below a span
 * of the service's own (W3C §3.4, Mutating the traceparent Field; B3, ParentSpanId), the same span in every
 * format; and a trace of its own where none could be continued.
 */
export function expectChild({ sent, forward }: Case, seen: Headers): void {
  const spans = new Set<string>();
  const patterns: Record<string, string> = {};
  for (const [name, value] of Object.entries(forward)) patterns[name] = escaped(value);

  const came = positionOf(forward);
  if (forward.traceparent !== undefined) {
    patterns.traceparent = forward.traceparent.replace(/^(00-.{32})-.{16}-/, `$1-(${NEW_SPAN})-`);
  }
  if (forward.b3 !== undefined) patterns.b3 = childOfSingle(forward.b3);
  if (forward['x-b3-traceid'] !== undefined) {
    patterns['x-b3-spanid'] = `(${NEW_SPAN})`;
    patterns['x-b3-parentspanid'] = came?.span ?? '';
  } else if (forward['x-b3-sampled'] !== undefined || forward['x-b3-flags'] !== undefined) {
    patterns['x-b3-traceid'] = NEW_TRACE;
    patterns['x-b3-spanid'] = `(${NEW_SPAN})`;
  }
  const starts = came === undefined && !Object.keys(forward).some((name) => name.includes('b3'));
  // A trace that this service starts is recorded, and all of its id is random (W3C L2 §3.2.2.5.2).
  if (starts) patterns.traceparent = `00-${NEW_TRACE}-(${NEW_SPAN})-03`;

  expect(Object.keys(seen).sort()).toEqual(Object.keys(patterns).sort());
  for (const [name, pattern] of Object.entries(patterns)) {
    const match = new RegExp(`^${pattern}$`).exec(seen[name] as string);
    expect(match, `${name}: ${seen[name]} is not ${pattern}`).not.toBeNull();
    if (match?.[1] !== undefined) spans.add(match[1]);
  }
  expect(spans.size).toBeLessThanOrEqual(1);
  for (const span of spans) expect(sent.some(([, value]) => value.includes(span))).toBe(false);
}

function positionOf(forward: Headers): { span: string } | undefined {
  const span =
    forward.traceparent?.slice(36, 52) ??
    /^[0-9a-f]+-([0-9a-f]{16})/.exec(forward.b3 ?? '')?.[1] ??
    forward['x-b3-spanid'];
  return span === undefined ? undefined : { span };
}

function childOfSingle(b3: string): string {
  if (b3.length === 1) return `${NEW_TRACE}-(${NEW_SPAN})-${b3}`;
  const [trace, span, state] = b3.split('-') as [string, string, string | undefined];
  // Behind a span stands a state of one character, or else the parent.
  return `${trace}-(${NEW_SPAN})${state?.length === 1 ? `-${state}` : ''}-${span}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
