import { randomUUID } from 'node:crypto';
import type { Collector } from '../collector/server.ts';
import type { Trace } from '../collector/trace.ts';
import { MeshspanError } from '../errors.ts';

/** A request of the demo, and what it is there to show. */
interface DemoRequest {
  readonly shows: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const DEMO_REQUESTS: readonly DemoRequest[] = [
  {
    shows: 'Alice of tenant acme orders',
    path: '/orders/1001',
    headers: { 'x-user-id': 'alice', 'x-tenant-id': 'acme' },
  },
  {
    shows: 'Bob of tenant globex orders',
    path: '/orders/1002',
    headers: { 'x-user-id': 'bob', 'x-tenant-id': 'globex' },
  },
  {
    shows: 'a visitor of tenant acme who has not signed in',
    path: '/orders/1003',
    headers: { 'x-tenant-id': 'acme' },
  },
];

/** SERVER and CLIENT spans of two Envoys. */
const SPANS_OF_A_TRACE = 4;
const POLL_MS = 50;

/**
 * Sends a request to the edge and waits for its whole trace. The request has no trace headers, as a browser's
 * has none, so the trace is found by its request id.
 *
 * Throws MESHSPAN_ERR_TRACE_TIMEOUT when the spans do not come.
 */
export async function sendAndTrace(
  edge: string,
  collector: Collector,
  { path, headers }: DemoRequest,
  timeoutMs = 15_000,
): Promise<Trace> {
  const id = randomUUID();
  const response = await fetch(`${edge}${path}`, { headers: { ...headers, 'x-request-id': id } });
  await response.body?.cancel();
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    const trace = collector.traces().find((candidate) => hasRequestId(candidate, id));
    if (trace !== undefined && trace.spans.length >= SPANS_OF_A_TRACE) return trace;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new MeshspanError('MESHSPAN_ERR_TRACE_TIMEOUT', {
    expected: `${SPANS_OF_A_TRACE} spans of request ${id} within ${timeoutMs} ms`,
    got: `status ${response.status}, and ${collector.traces().length} traces in all`,
    where: `${edge}${path}`,
    mend: 'run the demo again; if it stays so, report it with the output of `envoy --version`',
  });
}

/** Envoy writes its decision into the digit at index 14 of a UUID, so that one is not compared. */
function hasRequestId(trace: Trace, id: string): boolean {
  return trace.spans.some((span) => {
    const got = String(span.attributes['guid:x-request-id'] ?? '');
    return got.slice(0, 14) === id.slice(0, 14) && got.slice(15) === id.slice(15);
  });
}
