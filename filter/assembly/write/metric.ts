import { allocate } from '../abi/arena';
import { Bytes } from '../abi/host';
import { defineMetric, incrementCounter } from '../abi/metric';
import { MetricType } from '../abi/status';
import { Plan } from '../config/plan';
import { hashOf } from '../govern/values';

/** What counts the values that are too many. */
const OTHER: Bytes = String.UTF8.encode('other');
/** Index of the counters of `OTHER`. */
const OTHERS: i32 = 0;
const SEMICOLON: u8 = 0x3b;
const EQUALS: u8 = 0x3d;
const UNDERSCORE: u8 = 0x5f;

/**
 * Counters of requests and of errors, for each value of one attribute.
 *
 * A counter is called `<label>=.=<value>;.;meshspan_<label>_requests`: Istio's `extraStatTags` makes a label of the
 * part before the name, and so does a `stats_tags` expression in plain Envoy. Requests add to plain numbers, of which the host
 * hears on the tick; only the first request of a value calls it, to define the counters.
 */
export class MetricSeries {
  private table: StaticArray<u64>;
  private indices: StaticArray<i32>;
  private mask: i32;
  private requestIds: StaticArray<u32>;
  private errorIds: StaticArray<u32>;
  private requests: StaticArray<u32>;
  private errors: StaticArray<u32>;
  private seen: i32 = 0;
  /** What stands in front of and behind the value in a name. */
  private before: Bytes;
  private requestsName: Bytes;
  private errorsName: Bytes;

  constructor(
    public label: string,
    public most: i32,
    private seed: u64,
  ) {
    let size = 4;
    while (size < most * 2) size <<= 1;
    this.table = new StaticArray<u64>(size);
    this.indices = new StaticArray<i32>(size);
    this.mask = size - 1;
    this.requestIds = new StaticArray<u32>(most + 1);
    this.errorIds = new StaticArray<u32>(most + 1);
    this.requests = new StaticArray<u32>(most + 1);
    this.errors = new StaticArray<u32>(most + 1);
    this.before = String.UTF8.encode(label + '=.=');
    this.requestsName = String.UTF8.encode(`;.;meshspan_${label}_requests`);
    this.errorsName = String.UTF8.encode(`;.;meshspan_${label}_errors`);
  }

  /** Counts a request with a value. */
  countRequest(start: usize, size: i32): void {
    const index = this.indexOf(start, size);
    unchecked((this.requests[index] = this.requests[index] + 1));
  }

  /** Counts a failed request with a value. */
  countError(start: usize, size: i32): void {
    const index = this.indexOf(start, size);
    unchecked((this.errors[index] = this.errors[index] + 1));
  }

  /** Tells the host what was counted since the last time. */
  flush(): void {
    for (let i = 0; i <= this.seen; i++) {
      if (this.requests[i] != 0) incrementCounter(this.requestIds[i], this.requests[i]);
      if (this.errors[i] != 0) incrementCounter(this.errorIds[i], this.errors[i]);
      this.requests[i] = 0;
      this.errors[i] = 0;
    }
  }

  private indexOf(start: usize, size: i32): i32 {
    // 0 marks a free place.
    const hash = hashOf(start, size, this.seed) | 1;
    let at = <i32>(hash >> 1) & this.mask;
    while (unchecked(this.table[at]) != 0) {
      if (unchecked(this.table[at]) == hash) return unchecked(this.indices[at]);
      at = (at + 1) & this.mask;
    }
    if (this.seen == this.most) {
      if (unchecked(this.requestIds[OTHERS]) == 0) {
        this.define(OTHERS, changetype<usize>(OTHER), OTHER.byteLength);
      }
      return OTHERS;
    }
    const index = ++this.seen;
    unchecked((this.table[at] = hash));
    unchecked((this.indices[at] = index));
    this.define(index, start, size);
    return index;
  }

  private define(index: i32, start: usize, size: usize): void {
    unchecked((this.requestIds[index] = this.counter(start, size, this.requestsName)));
    unchecked((this.errorIds[index] = this.counter(start, size, this.errorsName)));
  }

  private counter(start: usize, size: usize, name: Bytes): u32 {
    const beforeSize = <usize>this.before.byteLength;
    const nameSize = <usize>name.byteLength;
    const at = allocate(beforeSize + size + nameSize);
    if (at == 0) return 0;
    memory.copy(at, changetype<usize>(this.before), beforeSize);
    // What ends a label's value, or begins another, may not stand in it.
    for (let i: usize = 0; i < size; i++) {
      const c = load<u8>(start + i);
      store<u8>(at + beforeSize + i, c == SEMICOLON || c == EQUALS ? UNDERSCORE : c);
    }
    memory.copy(at + beforeSize + size, changetype<usize>(name), nameSize);
    return defineMetric(MetricType.Counter, at, beforeSize + size + nameSize);
  }
}

/** All series of the VM: a new configuration goes on counting where the old one was. */
const all: MetricSeries[] = [];

/** Drops the series that no plan counts in any more. */
export function dropUnusedSeries(plans: Plan[]): void {
  let kept = 0;
  for (let i = 0; i < all.length; i++) {
    if (isUsed(all[i], plans)) all[kept++] = all[i];
    else all[i].flush();
  }
  all.length = kept;
}

function isUsed(series: MetricSeries, plans: Plan[]): bool {
  for (let i = 0; i < plans.length; i++) {
    for (let j = 0; j < plans[i].attributes.length; j++) {
      const targets = plans[i].attributes[j].targets;
      if (targets !== null && targets.metric === series) return true;
    }
  }
  return false;
}

/** The series of a label; `seed` is a number that nobody outside knows. */
export function seriesOf(label: string, most: i32, seed: u64): MetricSeries {
  for (let i = 0; i < all.length; i++) {
    if (all[i].label == label && all[i].most == most) return all[i];
  }
  const series = new MetricSeries(label, most, seed);
  all.push(series);
  return series;
}

export function flushSeries(): void {
  for (let i = 0; i < all.length; i++) all[i].flush();
}
