import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { CARRIED, type CarriedContext } from '../context.ts';
import { REFUSED_CHANNEL, type Refusal } from '../diagnostics.ts';
import type { TraceContext } from '../formats/trace-context.ts';
import { extractFrom, readTrace } from '../inbound/extract.ts';
import { resolveOptions } from '../options.ts';
import type { PropagationCheck } from './check-propagation.ts';
import type { ReceivedRequest } from './downstream.ts';
import type { Vector } from './vectors.ts';

type Found = (expected: string, got: string) => void;

/** Compares one call that a service made with what the vector says; tells each difference to `found`. */
export function compare(vector: Vector, sent: ReceivedRequest, check: PropagationCheck, found: Found): void {
  const { expected } = vector;
  const mode = check.mode ?? 'forward';
  const { context, refusals } = read(vector, sent);
  for (const { header, reason } of refusals) found(`${header} to be well-formed`, reason);
  compareFormats(vector, sent, context, check, found);
  const { trace } = context;
  if (expected.traceId === null) {
    const came = JSON.stringify(vector.headers);
    if (trace !== undefined && came.includes(trace.traceId)) found('another trace, or none', trace.traceId);
  } else if (trace === undefined || !isSameTrace(trace.traceId, expected.traceId)) {
    found(`trace id ${expected.traceId}`, String(trace?.traceId));
  } else if (mode === 'forward' && trace.spanId !== expected.spanId) {
    found(`span id ${expected.spanId}, unchanged`, trace.spanId);
  } else if (mode === 'child' && trace.spanId === expected.spanId) {
    found("a span id of the service's own", trace.spanId);
  }
  if (mode === 'forward') compareSampling(vector, context, found);
  compareHeaders(vector, sent, found);
}

/** Reads what was sent as the next service would. */
function read(
  vector: Vector,
  sent: ReceivedRequest,
): { context: CarriedContext; refusals: readonly Refusal[] } {
  const refusals: Refusal[] = [];
  const note = (message: unknown): void => {
    refusals.push(message as Refusal);
  };
  const identity = Object.keys(vector.expected.identity ?? {});
  // The channel speaks within extractFrom, so that no other request's refusals come in between.
  subscribe(REFUSED_CHANNEL, note);
  try {
    const context = extractFrom(sent.headers, sent.rawHeaders, resolveOptions({ identity }), 'accept');
    return { context, refusals };
  } finally {
    unsubscribe(REFUSED_CHANNEL, note);
  }
}

/** The formats asked for must all be there, and name one and the same position. */
function compareFormats(
  vector: Vector,
  sent: ReceivedRequest,
  context: CarriedContext,
  check: PropagationCheck,
  found: Found,
): void {
  const { received } = context[CARRIED];
  const mustBeSent = vector.expected.traceId === null && vector.expected.sampling === undefined;
  const wanted = mustBeSent ? [] : (check.propagation ?? vector.formats);
  for (const format of wanted) {
    // A decision without a trace has no spelling in W3C's format.
    if (vector.expected.traceId === null && format === 'w3c') continue;
    if (!received.includes(format)) found(`the format ${format} to be sent`, received.join(', ') || 'none');
  }
  for (const format of received) {
    const position = readTrace(sent.headers, [format]).trace;
    if (position !== undefined && !isSamePosition(position, context.trace)) {
      found('every format to name one position', `${format} names ${position.traceId}-${position.spanId}`);
    }
  }
}

/** W3C's format alone cannot say debug or defer; what it says instead is right too. */
function compareSampling({ expected }: Vector, context: CarriedContext, found: Found): void {
  if (expected.sampling === undefined) return;
  const { received } = context[CARRIED];
  if (expected.traceId === null && !received.some((format) => format !== 'w3c')) return;
  const got = context.trace?.sampling ?? context.sampling;
  const isW3COnly = received.every((format) => format === 'w3c');
  const spelt = { accept: 'accept', debug: 'accept', deny: 'deny', defer: 'deny' }[expected.sampling];
  if (got !== expected.sampling && !(isW3COnly && got === spelt)) found(expected.sampling, String(got));
}

function compareHeaders({ expected }: Vector, { headers }: ReceivedRequest, found: Found): void {
  const wanted = {
    ...(headers.traceparent === undefined ? {} : { tracestate: expected.traceState }),
    'x-request-id': expected.requestId,
    baggage: expected.baggage,
    ...expected.identity,
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined || headers[name] === (value ?? undefined)) continue;
    found(value === null ? `no ${name}` : `${name}: ${value}`, String(headers[name]));
  }
}

function isSamePosition(one: TraceContext, other: TraceContext | undefined): boolean {
  return other !== undefined && one.spanId === other.spanId && isSameTrace(one.traceId, other.traceId);
}

/** 64-bit ids are padded in traceparent. */
function isSameTrace(one: string, other: string): boolean {
  return one.padStart(32, '0') === other.padStart(32, '0');
}
