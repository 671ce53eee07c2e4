import { orderSpans } from '../collector/order.ts';
import type { Span, Trace } from '../collector/trace.ts';
import { explainOrphan, formatDuration, hasFailed, measure, type Stretch } from './facts.ts';
import { drawServiceMap, type ServiceMap } from './service-map.ts';

/** A span as the page draws it: a span of the demo's JSON and its place in tree and time. */
export interface SpanView extends Span, Stretch {
  readonly depth: number;
  readonly orphan: boolean;
  /** What is wrong with the parent of an orphan, else `''`. */
  readonly problem: string;
  readonly failed: boolean;
  /** The duration as text: `12.4 ms`. */
  readonly took: string;
}

export interface TraceView {
  readonly traceId: string;
  /** What the first span was asked for, `GET /orders/7`; its name where that is not known. */
  readonly name: string;
  /** The highlighted values of the first span that has any, to tell traces of one name apart: `alice · acme`. */
  readonly whose: string;
  readonly startMs: number;
  readonly took: string;
  readonly services: readonly string[];
  readonly failed: boolean;
  readonly orphans: number;
  /** Parents before their children, siblings by their start. */
  readonly spans: readonly SpanView[];
}

/** The answer of `GET /api/traces`: `traces[].traceId` and `traces[].spans[]` as in the demo's JSON, and more. */
export interface PageView {
  /** Keys of the attributes to show beside each span. */
  readonly highlight: readonly string[];
  /** Traces that there are; `traces` holds the latest of them. */
  readonly total: number;
  /** The latest first. */
  readonly traces: readonly TraceView[];
  /** Drawn from `traces`. */
  readonly services: ServiceMap;
}

/** As many traces as a reader looks through; the page asks for all of them every two seconds. */
const SHOWN_TRACES = 100;

/** What the page shows of the traces, all of it computed here so that the page only draws. */
export function makeView(traces: readonly Trace[], highlight: readonly string[]): PageView {
  const latest = traces.slice(-SHOWN_TRACES);
  return {
    highlight,
    total: traces.length,
    traces: latest.toReversed().map((trace) => viewTrace(trace, highlight)),
    services: drawServiceMap(latest),
  };
}

function viewTrace(trace: Trace, highlight: readonly string[]): TraceView {
  const { services, totalMs, stretch, hasSpan } = measure(trace);
  const spans = orderSpans(trace.spans).map(({ span, depth, orphan }) => ({
    ...span,
    ...stretch(span),
    depth,
    orphan,
    problem: orphan ? explainOrphan(span, hasSpan(span.parentSpanId)) : '',
    failed: hasFailed(span),
    took: formatDuration(span.durationMs),
  }));
  return {
    traceId: trace.traceId,
    name: spans[0] === undefined ? '' : titleOf(spans[0]),
    whose: spans.map((span) => listValues(span, highlight)).find((values) => values !== '') ?? '',
    startMs: spans[0]?.startMs ?? 0,
    took: formatDuration(totalMs),
    services,
    failed: spans.some((span) => span.failed),
    orphans: spans.filter((span) => span.orphan).length,
    spans,
  };
}

/** Envoy names every span of a listener alike (`ingress`), so the request says more (HTTP semantic conventions). */
function titleOf({ name, attributes }: Span): string {
  const method = attributes['http.request.method'] ?? attributes['http.method'];
  const url = attributes['url.full'] ?? attributes['http.url'] ?? '';
  const path =
    attributes['url.path'] ?? (URL.canParse(String(url)) ? new URL(String(url)).pathname : undefined);
  return method === undefined || path === undefined ? name : `${method} ${path}`;
}

function listValues({ attributes }: Span, highlight: readonly string[]): string {
  return highlight
    .flatMap((key) => (Object.hasOwn(attributes, key) ? String(attributes[key]) : []))
    .join(' · ');
}
