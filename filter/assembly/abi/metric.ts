import {
  proxy_define_metric,
  proxy_get_metric,
  proxy_increment_metric,
  proxy_record_metric,
} from '@solo-io/proxy-runtime/assembly/imports';
import { result } from './host';
import { MetricType, Status } from './status';

/** Metrics. Envoy shows them as `wasmcustom.<name>`; an id that is 0 stands for a metric that the host did not give. */

/** A metric's id, or 0. Each call gives another id to the same metric. */
export function defineMetric(type: i32, start: usize, size: usize): u32 {
  store<u32>(result, 0);
  return proxy_define_metric(type, start, size, result) == Status.Ok ? load<u32>(result) : 0;
}

/** A counter by its name; for configuration only. */
export function defineCounter(name: string): u32 {
  return defineNamed(MetricType.Counter, name);
}

/** A gauge by its name; for configuration only. */
export function defineGauge(name: string): u32 {
  return defineNamed(MetricType.Gauge, name);
}

function defineNamed(type: i32, name: string): u32 {
  const bytes = String.UTF8.encode(name);
  return defineMetric(type, changetype<usize>(bytes), bytes.byteLength);
}

export function incrementCounter(id: u32, by: i64): void {
  // The status is of no use here: a counter that is gone cannot be told of by a counter.
  if (id != 0) proxy_increment_metric(id, by);
}

/** Sets a gauge where it is less than that: all VMs of a process share it, and the largest value stands. */
export function raiseGauge(id: u32, value: u64): void {
  store<u64>(result, 0);
  if (id == 0 || proxy_get_metric(id, result) != Status.Ok) return;
  if (load<u64>(result) < value) proxy_record_metric(id, value);
}
