/** The tail_sampling processor: which traces are kept, once they are complete. */
import { milliseconds } from '../../config/duration.ts';
import type { Collector } from '../../config/model.ts';
import type { Section } from './components.ts';

/** Traces in memory at a time; the oldest is decided on, or dropped, to make room for one more. */
const TRACES = 50_000;
/** Decisions that are remembered for spans that come after them; larger than TRACES, or it would be of no use. */
const DECISIONS = 2 * TRACES;

/** Each policy has a vote, and one that keeps is enough: percent is then of those that no other one keeps. */
export function tailSampling({ decisionWait, keep }: Collector): Section {
  return {
    decision_wait: decisionWait,
    num_traces: TRACES,
    decision_cache: { sampled_cache_size: DECISIONS, non_sampled_cache_size: DECISIONS },
    policies: policies(keep),
  };
}

function policies(keep: Collector['keep']): Section[] {
  return [
    ...(keep.errors
      ? [{ name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } }]
      : []),
    { name: 'slow', type: 'latency', latency: { threshold_ms: milliseconds(keep.slowerThan) } },
    ...Object.entries(keep.attributes).map(([key, values]) => stringPolicy(`attribute ${key}`, key, values)),
    ...(keep.services.length > 0 ? [stringPolicy('services', 'service.name', keep.services)] : []),
    { name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: keep.percent } },
  ];
}

/** Looks at attributes of spans and of their resources. */
function stringPolicy(name: string, key: string, values: readonly string[]): Section {
  return { name, type: 'string_attribute', string_attribute: { key, values } };
}
