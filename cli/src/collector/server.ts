import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseJson, readBody } from './body.ts';
import { listen, stop } from './listen.ts';
import { decodeOtlp, otlpMessages, readRequest } from './otlp.ts';
import { Refusal } from './refusal.ts';
import { TraceStore } from './store.ts';
import type { Trace } from './trace.ts';
import { type WaitOptions, waitForTrace } from './wait.ts';
import { readZipkin } from './zipkin.ts';

export interface CollectorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** Beyond it the oldest traces are dropped and counted. Default 10,000. */
  readonly maxTraces?: number;
  /** Spans over all traces; beyond it the oldest traces are dropped and counted. Default 200,000. */
  readonly maxSpans?: number;
  /** Bytes of a request body, packed and unpacked; beyond it the answer is 413. Default 16 MiB. */
  readonly maxBodyBytes?: number;
}

/** A span collector in this process: `POST /v1/traces` (OTLP over HTTP) and `POST /api/v2/spans` (Zipkin v2). */
export interface Collector {
  /** Without a slash at the end: `http://127.0.0.1:43121`. */
  readonly url: string;
  readonly port: number;
  /** Traces dropped to stay within the limits, since the start. */
  readonly droppedTraces: number;
  /** All traces, in the order in which their first spans came. */
  traces(): Trace[];
  trace(traceId: string): Trace | undefined;
  /**
   * The trace, as soon as `predicate` holds for it. Rejects with MESHSPAN_ERR_TRACE_TIMEOUT, listing what did
   * arrive, after `timeoutMs` (default 10,000) or when the collector closes, and with what the predicate throws.
   */
  waitForTrace(
    traceId: string,
    predicate: (trace: Trace) => boolean,
    options?: Pick<WaitOptions, 'timeoutMs' | 'expected'>,
  ): Promise<Trace>;
  /** Forgets all traces; waits go on. */
  clear(): void;
  /** Ends every connection at once, and every wait with its error. */
  close(): Promise<void>;
}

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/** Starts a collector. Throws MESHSPAN_ERR_PORT_TAKEN. */
export async function startCollector({
  host = '127.0.0.1',
  port = 0,
  maxTraces = 10_000,
  maxSpans = 200_000,
  maxBodyBytes = 16 * 1024 * 1024,
}: CollectorOptions = {}): Promise<Collector> {
  const store = new TraceStore({ maxTraces, maxSpans });
  const closing = new AbortController();
  const server = createServer((request, response) => {
    receive(store, maxBodyBytes, request, response).catch((error: unknown) => {
      // A sender that hung up has nobody left to answer.
      if (response.destroyed || request.errored) return response.destroy();
      refuse(request, response, error instanceof Refusal ? error : new Refusal(500, String(error)));
    });
  });
  const address = await listen(server, { host, port });
  return {
    ...address,
    get droppedTraces() {
      return store.dropped;
    },
    traces: () => store.traces(),
    trace: (traceId) => store.trace(traceId.toLowerCase()),
    waitForTrace: (traceId, predicate, options) =>
      waitForTrace(store, traceId, predicate, { ...options, signal: closing.signal }),
    clear: () => store.clear(),
    close: () => {
      closing.abort();
      return stop(server);
    },
  };
}

async function receive(store: TraceStore, limit: number, request: IncomingMessage, response: ServerResponse) {
  const path = request.url?.split('?', 1)[0];
  if (path !== '/v1/traces' && path !== '/api/v2/spans') {
    throw new Refusal(404, `path: expected /v1/traces (OTLP) or /api/v2/spans (Zipkin), got ${path}`);
  }
  if (request.method !== 'POST') throw new Refusal(405, `method: expected POST, got ${request.method}`);
  const type = mediaType(request);
  if (path === '/api/v2/spans') {
    if (type !== JSON_TYPE) throw new Refusal(415, `content-type: expected ${JSON_TYPE}, got ${type}`);
    store.add(readZipkin(parseJson(await readBody(request, limit))));
    // Zipkin's API answers 202 without a body.
    response.writeHead(202).end();
  } else if (type === PROTOBUF) {
    store.add(decodeOtlp(await readBody(request, limit)));
    // An ExportTraceServiceResponse without fields is no bytes at all.
    response.writeHead(200, { 'content-type': PROTOBUF }).end();
  } else if (type === JSON_TYPE) {
    store.add(readRequest(parseJson(await readBody(request, limit))));
    response.writeHead(200, { 'content-type': JSON_TYPE }).end('{}');
  } else {
    throw new Refusal(415, `content-type: expected ${PROTOBUF} or ${JSON_TYPE}, got ${type}`);
  }
}

/**
 * Answers with the reason. OTLP/HTTP: the body of an error "MUST be a Protobuf-encoded Status message" in the
 * request's own encoding. google.rpc.Status and OTLP's Status both have their `message` in field 2.
 */
function refuse(request: IncomingMessage, response: ServerResponse, { status, message }: Refusal) {
  const type = mediaType(request);
  const bodies = new Map<string, () => string | Uint8Array>([
    [PROTOBUF, () => otlpMessages.trace.v1.Status.encode({ message }).finish()],
    [JSON_TYPE, () => JSON.stringify({ message })],
  ]);
  const body = bodies.get(type);
  const contentType = body ? type : 'text/plain; charset=utf-8';
  // The body of a refused request may be unread; it is read past, so that the connection stays usable.
  request.resume();
  response.writeHead(status, { 'content-type': contentType, ...(status === 405 && { allow: 'POST' }) });
  response.end(body ? body() : `${message}\n`);
}

function mediaType(request: IncomingMessage): string {
  return request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? 'none';
}
