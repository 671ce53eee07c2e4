import type { Span, Trace } from '../collector/trace.ts';

/** Where a span lies on the time axis of its trace, 0 to 1. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What the terminal and the page both tell of a trace. */
export interface TraceFacts {
  /** Names in the order in which their first spans begin, so that a service keeps its colour. */
  readonly services: readonly string[];
  /** From the first start to the last end, which may be later than the root's. */
  readonly totalMs: number;
  stretch(span: Span): Stretch;
  hasSpan(spanId: string): boolean;
}

/** Measures a trace once; a trace without spans takes no time. */
export function measure({ spans }: Trace): TraceFacts {
  const byStart = [...spans].sort((a, b) => a.startMs - b.startMs);
  const begin = byStart[0]?.startMs ?? 0;
  const totalMs = spans.reduce((latest, span) => Math.max(latest, span.startMs - begin + span.durationMs), 0);
  const ids = new Set(spans.map((span) => span.spanId));
  return {
    services: [...new Set(byStart.map((span) => span.service))],
    totalMs,
    stretch: ({ startMs, durationMs }) =>
      totalMs > 0
        ? { from: (startMs - begin) / totalMs, to: (startMs - begin + durationMs) / totalMs }
        : { from: 0, to: 1 },
    hasSpan: (spanId) => ids.has(spanId),
  };
}

/** Whether a span says that its request failed: Envoy's `error` tag, or a status of 500 and above. */
export function hasFailed({ attributes }: Span): boolean {
  const status = attributes['http.status_code'] ?? attributes['http.response.status_code'];
  return String(attributes.error) === 'true' || Number(status) >= 500;
}

const MILLISECONDS = makeFormat('millisecond', 'standard');
const SECONDS = makeFormat('second', 'compact');

/** Three digits, in milliseconds up to ten seconds, so that durations compare at a glance: `12.4 ms`, `31 sec`. */
export function formatDuration(ms: number): string {
  return ms < 10_000 ? MILLISECONDS.format(ms) : SECONDS.format(ms / 1000);
}

function makeFormat(unit: string, notation: 'standard' | 'compact'): Intl.NumberFormat {
  return new Intl.NumberFormat('en', { style: 'unit', unit, notation, maximumSignificantDigits: 3 });
}

/** What is wrong with an orphan's parent. `isThere`: a span of that id is in the trace, so it leads round in a circle. */
export function explainOrphan({ parentSpanId }: Span, isThere: boolean): string {
  return isThere ? `parents of ${parentSpanId} form a circle` : `parent ${parentSpanId} is missing`;
}

/** `1 span`, `7 spans`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}
