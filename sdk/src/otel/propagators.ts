import {
  type Context,
  createContextKey,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import { TRACE_HEADERS, TRACEPARENT, TRACESTATE } from '../formats/header-names.ts';
import type { Format, TraceContext } from '../formats/trace-context.ts';
import { readTrace, type TraceRead } from '../inbound/extract.ts';
import { resolveOptions } from '../options.ts';
import { formatsAsReceived, positionOf, render } from '../outbound/inject.ts';
import { isSuppressed } from './suppressed.ts';
import { CheckedTraceState } from './trace-state.ts';

/** Where an OpenTelemetry context keeps what its SpanContext has no word for: B3's debug and defer, bare states. */
const CAME = createContextKey('meshspan.came');

/** What came in with the request that `context` was extracted from; undefined where its SpanContext tells it all. */
export function cameWith(context: Context): TraceRead | undefined {
  return context.getValue(CAME) as TraceRead | undefined;
}

/** Options of {@link TracePropagator}. */
export interface TracePropagatorOptions {
  /** Formats that are sent; the first that parses is believed. Default: those that came in; order w3c, b3, b3multi. */
  propagation?: readonly Format[];
}

/**
 * An OpenTelemetry propagator for W3C trace context and B3 together: reads all three formats, believes the
 * first in order that parses, and writes the formats asked for. What is malformed is dropped and published on
 * `meshspan:refused`; debug, bare decisions and tracestate of any length survive the way through the SDK.
 *
 * @throws MeshspanError MESHSPAN_ERR_PROPAGATION for a format that is none, when it is made.
 * @example
 * new NodeSDK({ textMapPropagator: new TracePropagator({ propagation: ['b3multi', 'w3c'] }) });
 */
export class TracePropagator implements TextMapPropagator {
  readonly #formats: readonly Format[] | undefined;
  readonly #order: readonly Format[];

  constructor({ propagation }: TracePropagatorOptions = {}) {
    const settings = resolveOptions(propagation === undefined ? {} : { propagation });
    this.#formats = settings.formats;
    this.#order = this.reads(settings.order);
  }

  /** The formats that are read at all, the most believed first. */
  protected reads(order: readonly Format[]): readonly Format[] {
    return order;
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isSuppressed(context)) return;
    const came = cameWith(context);
    const span = trace.getSpanContext(context);
    const position = span !== undefined && trace.isSpanContextValid(span) ? span : undefined;
    const sent = position === undefined ? came?.sampling : positionOf(position, came?.trace);
    const headers = render(this.#formats ?? formatsAsReceived(came?.received ?? []), sent);
    for (let index = 0; index < headers.length; index += 2) {
      setter.set(carrier, headers[index] as string, headers[index + 1] as string);
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    // Spelt out, as TRACE_HEADERS has them: an object of one shape is read in half the time.
    const headers = {
      traceparent: getter.get(carrier, 'traceparent'),
      tracestate: getter.get(carrier, 'tracestate'),
      b3: getter.get(carrier, 'b3'),
      'x-b3-traceid': getter.get(carrier, 'x-b3-traceid'),
      'x-b3-spanid': getter.get(carrier, 'x-b3-spanid'),
      'x-b3-parentspanid': getter.get(carrier, 'x-b3-parentspanid'),
      'x-b3-sampled': getter.get(carrier, 'x-b3-sampled'),
      'x-b3-flags': getter.get(carrier, 'x-b3-flags'),
    };
    const came = readTrace(headers, this.#order);
    if (came.received.length === 0) return context;
    // Each value that is set copies the context, so that what SpanContext tells as well is not set twice.
    const kept =
      this.#formats !== undefined && isToldBySpanContext(came.trace) ? context : context.setValue(CAME, came);
    return came.trace === undefined ? kept : trace.setSpanContext(kept, spanContextOf(came.trace));
  }

  /** Every header that inject() may set. */
  fields(): string[] {
    const formats = this.#formats ?? this.#order;
    return TRACE_HEADERS.filter((name) => formats.includes(formatOf(name)));
  }
}

/** B3 alone: reads `b3` and `x-b3-*`, writes what `propagation` names of the two. Default: as it came, else both. */
export class B3Propagator extends TracePropagator {
  constructor({ propagation = ['b3', 'b3multi'] }: { propagation?: readonly ('b3' | 'b3multi')[] } = {}) {
    super({ propagation });
  }

  protected override reads(order: readonly Format[]): readonly Format[] {
    return order.filter((format) => format !== 'w3c');
  }
}

/** W3C trace context alone: `traceparent` and `tracestate`. */
export class W3CPropagator extends TracePropagator {
  constructor() {
    super({ propagation: ['w3c'] });
  }

  protected override reads(): readonly Format[] {
    return ['w3c'];
  }
}

function formatOf(header: string): Format {
  if (header === TRACEPARENT || header === TRACESTATE) return 'w3c';
  return header === 'b3' ? 'b3' : 'b3multi';
}

/** Whether a SpanContext has a word for all of it that goes out again. An SDK drops the random flag. */
function isToldBySpanContext(came: TraceContext | undefined): boolean {
  if (came === undefined || came.random || came.traceId.length !== 32) return false;
  return came.sampling === 'accept' || came.sampling === 'deny';
}

/** OpenTelemetry's flags know sampled and random only: debug and defer stay with the context, see CAME. */
function spanContextOf({ traceId, spanId, sampling, random, traceState }: TraceContext): SpanContext {
  const sampled = sampling === 'accept' || sampling === 'debug' ? 1 : 0;
  const context: SpanContext = {
    // OpenTelemetry's B3 propagator pads 64-bit ids as well: its SpanContext holds 128 bits.
    traceId: traceId.length === 32 ? traceId : traceId.padStart(32, '0'),
    spanId,
    isRemote: true,
    traceFlags: sampled | (random ? 2 : 0),
  };
  if (traceState !== undefined) context.traceState = new CheckedTraceState(traceState);
  return context;
}
