import * as names from '../formats/header-names.ts';

/** The headers of each format; the first of a group holds the trace id, but for baggage. */
const GROUPS: readonly (readonly [string, ...string[]])[] = [
  [names.TRACEPARENT, names.TRACESTATE],
  [names.B3],
  [names.B3_TRACE_ID, names.B3_SPAN_ID, names.B3_PARENT_SPAN_ID, names.B3_SAMPLED, names.B3_FLAGS],
  [names.BAGGAGE],
];

/**
 * Removes repeated trace headers and baggage from a list of names and values in turn. OpenTelemetry's undici
 * instrumentation adds its own without looking whether they are there (opentelemetry-js-contrib 2796), and
 * two traceparents restart a trace. The later one stays where it continues the same trace, for its span is
 * the nearer parent; else the earlier one does: it is the caller's own, or was written in the caller's
 * context, whereas the later one may come from another's (see undici.ts). Of baggage, the earlier stays.
 */
export function keepOneOfEach(headers: unknown[]): void {
  for (const group of GROUPS) {
    const first = findName(headers, group[0]);
    if (first === -1) continue;
    const second = findName(headers, group[0], first + 2);
    if (second === -1) continue;
    const dropsFirst =
      group[0] !== names.BAGGAGE && traceIdOf(headers[first + 1]) === traceIdOf(headers[second + 1]);
    for (const name of group) {
      const one = findName(headers, name);
      const other = one === -1 ? -1 : findName(headers, name, one + 2);
      if (other !== -1) headers.splice(dropsFirst ? one : other, 2);
    }
  }
}

/** Index of a header in a list of names and values in turn, from `start` on; -1 where it is not there. */
export function findName(headers: readonly unknown[], name: string, start = 0): number {
  for (let index = start; index < headers.length; index += 2) {
    const key = headers[index];
    if (typeof key === 'string' && key.length === name.length && key.toLowerCase() === name) return index;
  }
  return -1;
}

/** Second part of traceparent, first of b3, and all of x-b3-traceid. */
function traceIdOf(value: unknown): string | undefined {
  const parts = String(value).split('-');
  return parts.length === 4 && parts[0]?.length === 2 ? parts[1] : parts[0];
}
