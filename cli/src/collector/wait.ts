import { MeshspanError } from '../errors.ts';
import type { TraceStore } from './store.ts';
import type { Trace } from './trace.ts';

export interface WaitOptions {
  /** Milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number;
  /** The predicate in words, for the error: "4 Envoy spans". Without it the error shows the predicate's source. */
  readonly expected?: string;
  /** Ends the wait early with the same error; the collector aborts it when it closes. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the trace as soon as `predicate` holds for it, looking again only when spans of it arrive.
 * Rejects with MESHSPAN_ERR_TRACE_TIMEOUT, which lists what did arrive, or with what the predicate throws.
 */
export function waitForTrace(
  store: TraceStore,
  traceId: string,
  predicate: (trace: Trace) => boolean,
  { timeoutMs = 10_000, expected = `\`${predicate}\` to hold`, signal }: WaitOptions = {},
): Promise<Trace> {
  const wanted = traceId.toLowerCase();
  const { promise, resolve, reject } = Promise.withResolvers<Trace>();
  const look = () => {
    try {
      const trace = store.trace(wanted);
      if (trace && predicate(trace)) resolve(trace);
    } catch (error) {
      reject(error);
    }
  };
  const giveUp = () => {
    reject(
      new MeshspanError('MESHSPAN_ERR_TRACE_TIMEOUT', {
        expected: `trace ${wanted} with ${expected}, ${signal?.aborted ? 'before the collector closed' : `within ${timeoutMs} ms`}`,
        got: describeArrived(store, wanted),
        where: 'the span collector',
        mend: 'check that the proxy samples the request, that its tracing cluster points here, and its log for export errors',
      }),
    );
  };
  const timer = setTimeout(giveUp, timeoutMs);
  const unlisten = store.onArrival((arrived) => arrived === wanted && look());
  signal?.addEventListener('abort', giveUp);
  look();
  if (signal?.aborted) giveUp();
  return promise.finally(() => {
    clearTimeout(timer);
    unlisten();
    signal?.removeEventListener('abort', giveUp);
  });
}

/** The spans of the trace that did come; without any, the traces that came instead. */
function describeArrived(store: TraceStore, traceId: string): string {
  const spans = store.trace(traceId)?.spans;
  if (spans) {
    const lines = spans.map(
      ({ service, kind, name, spanId, parentSpanId, attributes }) =>
        `\n    ${service} ${kind} ${JSON.stringify(name)} ${spanId} <- ${parentSpanId || 'root'} ${JSON.stringify(attributes)}`,
    );
    return `${spans.length} spans of it${lines.join('')}`;
  }
  const others = store.traces().map((trace) => trace.traceId);
  if (others.length === 0) return 'no spans at all';
  return `no span of it, but ${others.length} other traces, the last of them ${others.slice(-3).join(', ')}`;
}
