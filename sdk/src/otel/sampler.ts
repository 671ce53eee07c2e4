import { type Context, trace } from '@opentelemetry/api';
import type { SamplingState } from '../formats/trace-context.ts';
import { cameWith } from './propagators.ts';

/** OpenTelemetry's SamplingDecision, whose numbers SDK 2 and SDK 3 share. */
const NOT_RECORD = 0;
const RECORD_AND_SAMPLED = 2;

/** A sampler of OpenTelemetry's SDK, 2.x or 3.x, with whatever arguments and result that one has. */
export interface SamplerLike<Rest extends unknown[], Result extends { decision: number }> {
  shouldSample(context: Context, ...rest: Rest): Result;
  toString(): string;
}

/**
 * Gives B3's other two sampling states their meaning under an OpenTelemetry SDK. SpanContext has one bit, in
 * which *defer* reads as "not sampled", so that a ParentBasedSampler turns it into deny; and a bare decision has
 * no SpanContext at all. This sampler asks `delegate` as for a new trace where the caller deferred, and obeys a
 * decision that came without ids. All else is the delegate's. It needs {@link TracePropagator} or B3Propagator.
 *
 * @example
 * new NodeSDK({ sampler: new B3Sampler(new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) })) });
 */
export class B3Sampler<Rest extends unknown[], Result extends { decision: number }>
  implements SamplerLike<Rest, Result>
{
  readonly #delegate: SamplerLike<Rest, Result>;

  constructor(delegate: SamplerLike<Rest, Result>) {
    this.#delegate = delegate;
  }

  shouldSample(context: Context, ...rest: Rest): Result {
    const state = stateOf(context);
    if (state === undefined) return this.#delegate.shouldSample(context, ...rest);
    const result = this.#delegate.shouldSample(trace.deleteSpan(context), ...rest);
    if (state === 'defer') return result;
    return { ...result, decision: state === 'deny' ? NOT_RECORD : RECORD_AND_SAMPLED };
  }

  toString(): string {
    return `B3Sampler{${this.#delegate}}`;
  }
}

/** The state that SpanContext does not tell; undefined where it does, and for spans below one of this process. */
function stateOf(context: Context): SamplingState | undefined {
  const came = cameWith(context);
  if (came === undefined) return undefined;
  const parent = trace.getSpanContext(context);
  if (parent === undefined) return came.sampling;
  return parent.isRemote === true && came.trace?.sampling === 'defer' ? 'defer' : undefined;
}
