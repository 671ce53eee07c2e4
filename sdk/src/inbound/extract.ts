import type { IncomingMessage } from 'node:http';
import { CARRIED, type CarriedContext } from '../context.ts';
import { refuse } from '../diagnostics.ts';
import { type B3Context, isSameInB3, parseB3Multi, parseB3Single } from '../formats/b3.ts';
import { parseBaggage } from '../formats/baggage.ts';
import * as names from '../formats/header-names.ts';
import { extractIdentity, type Identity } from '../formats/identity.ts';
import { type IncomingHeaders, textOf } from '../formats/incoming-headers.ts';
import { extractOpaque } from '../formats/opaque.ts';
import { extractRequestId } from '../formats/request-id.ts';
import type { Format, SamplingState, TraceContext } from '../formats/trace-context.ts';
import { isAsWritten, parseW3C } from '../formats/w3c.ts';
import { type Inbound, isInbound, type Settings } from '../options.ts';
import { refresh } from '../outbound/install.ts';
import { newSpanId, newTraceId } from '../span-ids.ts';

const NOBODY: Identity = Object.freeze({});

/** The context of a request that came in over HTTP. Never throws, whatever came. */
export function contextOf(request: IncomingMessage, settings: Settings): CarriedContext {
  const { inbound } = settings;
  const trust = typeof inbound === 'function' ? judge(inbound, request) : inbound;
  const context = extractFrom(request.headers, request.rawHeaders, settings, trust);
  refresh();
  return context;
}

/** A predicate that fails must not let a stranger's headers in, nor stop the request. */
function judge(predicate: (request: IncomingMessage) => Inbound, request: IncomingMessage): Inbound {
  try {
    const answer: unknown = predicate(request);
    if (isInbound(answer)) return answer;
  } catch {
    // Counted below, like an answer that is none.
  }
  refuse('inbound', 'predicate-failed');
  return 'ignore';
}

/** Reads every format; `raw` is the alternating list of names and values as received, where there is one. */
export function extractFrom(
  headers: IncomingHeaders,
  raw: readonly string[],
  settings: Settings,
  trust: Inbound,
): CarriedContext {
  const isChild = settings.mode === 'child';
  if (trust !== 'accept') {
    const restarts = trust === 'restart' && isChild;
    return {
      trace: restarts ? startTrace('accept') : undefined,
      sampling: undefined,
      link: restarts ? readTrace(headers, settings.order).trace : undefined,
      requestId: undefined,
      identity: NOBODY,
      baggage: undefined,
      [CARRIED]: {
        ...{ settings, received: [], opaque: [] },
        ...{ traceparent: undefined, b3: undefined, traceHeaders: undefined },
      },
    };
  }
  const came = readTrace(headers, settings.order);
  const trace = isChild ? continueTrace(came.trace, came.sampling) : came.trace;
  const baggage = textOf(headers[names.BAGGAGE]);
  return {
    trace,
    sampling: trace === undefined ? came.sampling : undefined,
    link: undefined,
    requestId: extractRequestId(headers, raw),
    identity: extractIdentity(headers, settings.identity, raw),
    baggage: baggage === undefined ? undefined : parseBaggage(baggage),
    [CARRIED]: {
      settings,
      received: came.received,
      opaque: settings.opaque.length === 0 ? settings.opaque : extractOpaque(headers, settings.opaque, raw),
      traceparent: isChild ? undefined : came.traceparent,
      b3: isChild ? undefined : came.b3,
      traceHeaders: undefined,
    },
  };
}

/** This service's own position below the one that came: child mode without an OpenTelemetry SDK. */
function continueTrace(trace: TraceContext | undefined, sampling: SamplingState | undefined): TraceContext {
  if (trace === undefined) return startTrace(sampling ?? 'accept');
  return { ...trace, spanId: newSpanId(), parentSpanId: trace.spanId };
}

/** A relay in child mode reports its spans, so that a trace which it starts is recorded unless told otherwise. */
function startTrace(sampling: SamplingState): TraceContext {
  return {
    traceId: newTraceId(),
    spanId: newSpanId(),
    parentSpanId: undefined,
    sampling,
    random: true,
    traceState: undefined,
  };
}

/** What the formats of one request say together. */
export interface TraceRead {
  readonly trace: TraceContext | undefined;
  readonly sampling: SamplingState | undefined;
  readonly received: readonly Format[];
  /** The headers that are, to the letter, what `trace` is written as; undefined where there is none. */
  readonly traceparent: string | undefined;
  readonly b3: string | undefined;
}

/** Reads all formats that came. The first in `order` that holds ids is believed; a bare decision comes last. */
export function readTrace(headers: IncomingHeaders, order: readonly Format[]): TraceRead {
  const traceparent = textOf(headers[names.TRACEPARENT]);
  const b3 = textOf(headers[names.B3]);
  let trace: TraceContext | undefined;
  let sampling: SamplingState | undefined;
  /** Whether traceparent is believed first: no other format then changes what it says in its own words. */
  let w3cFirst = false;
  let single: B3Context | undefined;
  // A bit for each format that came.
  let came = 0;
  for (let index = 0; index < order.length; index++) {
    const format = order[index];
    let found: B3Context | undefined;
    if (format === 'w3c') {
      found = readW3C(headers, traceparent);
      w3cFirst = found !== undefined && trace === undefined;
    } else if (format === 'b3') {
      found = b3 === undefined ? undefined : parseB3Single(b3, w3cFirst ? trace : undefined);
      single = found;
    } else {
      found = readB3Multi(headers, trace);
    }
    if (found === undefined) continue;
    came |= 1 << index;
    if (typeof found === 'string') sampling ??= found;
    else trace = trace === undefined ? found : reconcile(trace, found);
  }
  const received = came === (1 << order.length) - 1 ? order : order.filter((_, index) => (came >> index) & 1);
  const sendsSingle = typeof single === 'object' && trace !== undefined && isSameInB3(single, trace);
  return {
    trace,
    sampling: trace === undefined ? sampling : undefined,
    received,
    traceparent: w3cFirst && traceparent !== undefined && isAsWritten(traceparent) ? traceparent : undefined,
    b3: sendsSingle ? b3 : undefined,
  };
}

function readW3C(headers: IncomingHeaders, traceparent: string | undefined): TraceContext | undefined {
  const tracestate = textOf(headers[names.TRACESTATE]);
  if (traceparent !== undefined) return parseW3C(traceparent, tracestate);
  return tracestate === undefined ? undefined : refuse(names.TRACESTATE, 'without-traceparent');
}

function readB3Multi(headers: IncomingHeaders, known: TraceContext | undefined): B3Context | undefined {
  const multi = {
    traceId: textOf(headers[names.B3_TRACE_ID]),
    spanId: textOf(headers[names.B3_SPAN_ID]),
    parentSpanId: textOf(headers[names.B3_PARENT_SPAN_ID]),
    sampled: textOf(headers[names.B3_SAMPLED]),
    flags: textOf(headers[names.B3_FLAGS]),
  };
  return parseB3Multi(multi, known);
}

/**
 * `other` is a second format's word on the same request. Where it names the same span it may know more than
 * `believed`: W3C alone has tracestate and the random flag, B3 alone has 64-bit ids, debug, defer and the
 * parent. Where it names another span it is dropped: what goes out must not disagree with itself.
 */
function reconcile(believed: TraceContext, other: TraceContext): TraceContext {
  if (believed.spanId !== other.spanId || !isSameTrace(believed.traceId, other.traceId)) return believed;
  const finer =
    (believed.sampling === 'accept' && other.sampling === 'debug') ||
    (believed.sampling === 'deny' && other.sampling === 'defer');
  // Most often it knows nothing more: no object is made then.
  const knowsMore =
    finer ||
    other.traceId.length < believed.traceId.length ||
    (other.parentSpanId !== undefined && believed.parentSpanId === undefined) ||
    (other.random && !believed.random) ||
    (other.traceState !== undefined && believed.traceState === undefined);
  if (!knowsMore) return believed;
  return {
    traceId: other.traceId.length < believed.traceId.length ? other.traceId : believed.traceId,
    spanId: believed.spanId,
    parentSpanId: believed.parentSpanId ?? other.parentSpanId,
    sampling: finer ? other.sampling : believed.sampling,
    random: believed.random || other.random,
    traceState: believed.traceState ?? other.traceState,
  };
}

/** B3 gives the low half alone of a trace id whose high half is zero. */
function isSameTrace(one: string, other: string): boolean {
  return one.length === other.length ? one === other : one.padStart(32, '0') === other.padStart(32, '0');
}
