import { defineCounter, defineGauge, incrementCounter, raiseGauge } from '../abi/metric';
import { split } from '../config/split';
import { SEES_RESPONSES } from '../phases';
import { flushSeries } from '../write/metric';

/**
 * What the filter tells of itself. A request adds to plain numbers; the host hears of them on the tick, so that
 * counting costs a request no host call. What a VM counted after its last tick is lost when it ends.
 */
export namespace Counter {
  /** Requests that passed the filter. */
  export const Requests: i32 = 0;
  /** Values written. */
  export const AttributesSet: i32 = 1;
  /** Attributes for which no source had a value that could be used. */
  export const AttributesMissing: i32 = 2;
  /** Values that did not match the `pattern`. */
  export const Rejected: i32 = 3;
  /** Headers that came more than once, and so had no value. */
  export const Ambiguous: i32 = 4;
  /** Values that were cut to `maxLength`. */
  export const Truncated: i32 = 5;
  /** Values that became `other` because `maxDistinct` others had come before. */
  export const Overflow: i32 = 6;
  /** Mistakes in a configuration. */
  export const ConfigErrors: i32 = 7;
  /** Requests whose headers were more than the filter takes in at once. */
  export const Oversized: i32 = 8;
  /** What strangers said of identities, and headers that contradicted a verified claim: not believed, and removed. */
  export const Untrusted: i32 = 9;
  /** Requests that a sampling rule met. */
  export const Sampled: i32 = 10;
  /** Requests whose response was not looked at, as too many streams were open. */
  export const Untracked: i32 = 11;
}

const NAMES: string[] = split(
  'meshspan_requests meshspan_attributes_set meshspan_attributes_missing meshspan_rejected ' +
    'meshspan_ambiguous meshspan_truncated meshspan_overflow meshspan_config_errors ' +
    'meshspan_oversized meshspan_untrusted meshspan_sampled meshspan_untracked',
  ' ',
);
/** A gauge that is always 1: its label says which version runs. */
const BUILD_INFO: string = 'meshspan_version=.=0.1.0;.;meshspan_build_info';
/** Bytes of the largest VM so far. */
const MEMORY: string = 'meshspan_memory_bytes';
const PAGE: u64 = 65536;
/** Milliseconds between two ticks: well below the interval at which counters are scraped. */
export const TICK_MILLISECONDS: u32 = 1000;

const pending: StaticArray<u64> = new StaticArray<u64>(12);
const ids: StaticArray<u32> = new StaticArray<u32>(12);
let memoryId: u32 = 0;
let toldPages: u64 = 0;
let defined: bool = false;

export function count(counter: i32): void {
  unchecked((pending[counter] = pending[counter] + 1));
}

/**
 * Makes the counters known to the host, once in a VM: each call would give another id to the same counter. They
 * read 0 from the start: that can be alerted on, a counter that is absent cannot.
 */
export function defineCounters(): void {
  if (defined) return;
  defined = true;
  for (let i = 0; i < NAMES.length; i++) ids[i] = defineCounter(NAMES[i]);
  raiseGauge(defineGauge(BUILD_INFO), 1);
  memoryId = defineGauge(MEMORY);
  tellMemory();
}

function tellMemory(): void {
  const pages = <u64>memory.size();
  if (pages == toldPages) return;
  toldPages = pages;
  raiseGauge(memoryId, pages * PAGE);
}

/** Tells the host what was counted since the last time, and the memory that the VM has grown to. */
export function flushCounters(): void {
  tellMemory();
  if (SEES_RESPONSES) flushSeries();
  for (let i = 0; i < ids.length; i++) {
    if (pending[i] == 0) continue;
    incrementCounter(ids[i], pending[i]);
    pending[i] = 0;
  }
}
