import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';

const NAME = 'server-timing';

/**
 * Adds `Server-Timing: trace;desc=<traceparent>` to an answer, by which a browser learns the trace of a page or
 * a fetch (https://www.w3.org/TR/server-timing/; level 2 of trace context leaves the answer's side to it). It
 * is merged when the head is written, for a handler may set Server-Timing of its own until then; a metric
 * named `trace` that is already there stays alone.
 *
 * writeHead of this one response is wrapped, and put back when it is called: Node calls it for every head,
 * also where a handler only ends the response (lib/_http_server.js, _implicitHeader).
 */
export function announce(response: ServerResponse, traceparent: string | undefined): void {
  if (traceparent === undefined) return;
  const metric = `trace;desc=${traceparent}`;
  const { writeHead } = response;
  response.writeHead = function writeHeadWithTrace(this: ServerResponse, ...args: unknown[]) {
    response.writeHead = writeHead;
    // writeHead(status[, reason][, headers])
    const last = args.length - 1;
    const explicit = last > 0 && typeof args[last] === 'object' ? args[last] : null;
    const before = response.getHeader(NAME);
    if (explicit === null) response.setHeader(NAME, merge(before, metric));
    else args[last] = withMetric(explicit as OutgoingHttpHeaders | unknown[], before, metric);
    return Reflect.apply(writeHead, this, args) as ServerResponse;
  };
}

/** The metric behind what is there; what is there alone where it names a trace already. */
export function merge(present: OutgoingHttpHeader | undefined, metric: string): string {
  const there = Array.isArray(present) ? present.join(', ') : String(present ?? '');
  if (there === '') return metric;
  return /(?:^|,)\s*trace\s*(?:[;,]|$)/i.test(there) ? there : `${there}, ${metric}`;
}

/**
 * A copy of the headers given to writeHead, which win over those set before. The metric goes among them: were
 * it set on the response, Node would take its slow path, which keeps one of several Set-Cookie in an array.
 */
function withMetric(
  headers: OutgoingHttpHeaders | unknown[],
  before: OutgoingHttpHeader | undefined,
  metric: string,
): OutgoingHttpHeaders | unknown[] {
  if (!Array.isArray(headers)) {
    const name = Object.keys(headers).find(isServerTiming) ?? NAME;
    return { ...headers, [name]: merge(headers[name] ?? before, metric) };
  }
  if (Array.isArray(headers[0])) {
    const [own, others] = partition(headers as [string, string][], ([name]) => isServerTiming(name));
    return [...others, [NAME, merge(own.length > 0 ? own.map(([, value]) => value) : before, metric)]];
  }
  // Names and values in turn.
  const pairs = headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]]] : []));
  return (withMetric(pairs, before, metric) as unknown[][]).flat();
}

function partition<Item>(items: readonly Item[], belongs: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function isServerTiming(name: string): boolean {
  return String(name).toLowerCase() === NAME;
}
