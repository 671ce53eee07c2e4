import type { ReceivedSpan, Span, Trace } from './trace.ts';

/** How much a store keeps; beyond either, whole traces go, the one that began first of all. */
export interface StoreLimits {
  readonly maxTraces: number;
  /** Spans over all traces, so that a flood into one trace is bounded too. */
  readonly maxSpans: number;
}

/** Traces in memory, in the order in which their first spans came. */
export class TraceStore {
  /** Trace id to its spans, each by id and kind: a retried export replaces, and shared span ids stay two spans. */
  readonly #traces: Map<string, Map<string, Span>> = new Map();
  readonly #listeners: Set<(traceId: string) => void> = new Set();
  readonly #limits: StoreLimits;
  #spans = 0;
  #dropped = 0;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
  }

  /** How many traces were dropped to stay within the limits, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Keeps the spans of one export, then tells the listeners each trace id once. */
  add(received: readonly ReceivedSpan[]): void {
    for (const { traceId, span } of received) {
      const spans = this.#traces.get(traceId) ?? new Map<string, Span>();
      this.#traces.set(traceId, spans);
      this.#spans -= spans.size;
      spans.set(`${span.spanId} ${span.kind}`, span);
      this.#spans += spans.size;
    }
    for (const oldest of this.#traces.keys()) {
      if (this.#traces.size <= this.#limits.maxTraces && this.#spans <= this.#limits.maxSpans) break;
      this.#spans -= this.#traces.get(oldest)?.size ?? 0;
      this.#traces.delete(oldest);
      this.#dropped += 1;
    }
    for (const traceId of new Set(received.map((one) => one.traceId))) {
      for (const listener of [...this.#listeners]) listener(traceId);
    }
  }

  trace(traceId: string): Trace | undefined {
    const spans = this.#traces.get(traceId);
    return spans && { traceId, spans: [...spans.values()].sort((a, b) => a.startMs - b.startMs) };
  }

  traces(): Trace[] {
    return [...this.#traces.keys()].flatMap((traceId) => this.trace(traceId) ?? []);
  }

  clear(): void {
    this.#traces.clear();
    this.#spans = 0;
  }

  /** Calls `listener` with a trace id whenever spans of it came; returns what takes the listener away again. */
  onArrival(listener: (traceId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
