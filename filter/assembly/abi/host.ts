import {
  proxy_call_foreign_function,
  proxy_get_buffer_bytes,
  proxy_get_current_time_nanoseconds,
  proxy_get_property,
  proxy_get_shared_data,
  proxy_log,
  proxy_set_effective_context,
  proxy_set_property,
  proxy_set_shared_data,
  proxy_set_tick_period_milliseconds,
} from '@solo-io/proxy-runtime/assembly/imports';
import { Buffer, Status } from './status';

/** Where the host writes the address and the size of what it hands over. */
export const result: usize = memory.data(16, 8);

/** What the last successful read brought. Static fields, so that a read allocates nothing. */
export class Received {
  static start: usize = 0;
  static size: usize = 0;
}

/** Takes what a host call put at `result`, where it went well. */
export function received(status: u32): bool {
  if (status != Status.Ok) return false;
  Received.start = load<usize>(result);
  Received.size = load<usize>(result, sizeof<usize>());
  return true;
}

/** Bytes that are known from configuration on: names of headers, paths of properties, literal values. */
export type Bytes = ArrayBuffer;

/** An Envoy attribute by its path, whose parts are separated by NUL bytes. False when it has no value. */
export function getProperty(path: Bytes): bool {
  return received(
    proxy_get_property(changetype<usize>(path), path.byteLength, result, result + sizeof<usize>()),
  );
}

/** Writes filter state `wasm.<key>` of the stream (Envoy `Context::setProperty`). */
export function setProperty(key: Bytes, start: usize, size: usize): bool {
  return proxy_set_property(changetype<usize>(key), key.byteLength, start, size) == Status.Ok;
}

/** The plugin's configuration; readable in `proxy_on_configure` only. */
export function getPluginConfiguration(size: u32): bool {
  return received(
    proxy_get_buffer_bytes(Buffer.PluginConfiguration, 0, size, result, result + sizeof<usize>()),
  );
}

/** What `getSharedData` told beside the value. */
export class SharedData {
  /** Compare-and-swap number of the value that was read. */
  static cas: u32 = 0;
}

/** A value that all VMs of one `vm_id` share, with its `SharedData.cas`. False when there is none. */
export function getSharedData(key: Bytes): bool {
  const cas = result + 2 * sizeof<usize>();
  const status = proxy_get_shared_data(
    changetype<usize>(key),
    key.byteLength,
    result,
    result + sizeof<usize>(),
    cas,
  );
  SharedData.cas = load<u32>(cas);
  return received(status);
}

/**
 * Sets a shared value of eight bytes. False when the key exists and `cas` is neither 0 nor its number; a host
 * that keeps no shared data has nothing to compare with.
 */
export function setSharedData(key: Bytes, value: u64, cas: u32): bool {
  store<u64>(result, value);
  const status = proxy_set_shared_data(changetype<usize>(key), key.byteLength, result, sizeof<u64>(), cas);
  return status != Status.CasMismatch;
}

/** Nanoseconds since 1970. */
export function currentTimeNanoseconds(): u64 {
  store<u64>(result, 0);
  proxy_get_current_time_nanoseconds(result);
  return load<u64>(result);
}

/** Makes the following host calls act on another context; false when that context is gone. */
export function setEffectiveContext(contextId: u32): bool {
  return proxy_set_effective_context(contextId) == Status.Ok;
}

/** Calls a function that is Envoy's own and not of the ABI. False when it fails, or is not there. */
export function callForeign(name: Bytes, start: usize, size: usize): bool {
  const nameAt = changetype<usize>(name);
  return received(
    proxy_call_foreign_function(nameAt, name.byteLength, start, size, result, result + sizeof<usize>()),
  );
}

/** Has the host call `proxy_on_tick` of the current root context every so many milliseconds. */
export function setTickPeriod(milliseconds: u32): void {
  proxy_set_tick_period_milliseconds(milliseconds);
}

/** Writes a line into Envoy's log. For configuration only. */
export function log(level: usize, message: string): void {
  const bytes = String.UTF8.encode(message);
  proxy_log(level, changetype<usize>(bytes), bytes.byteLength);
}

/** Writes a line of UTF-8 into Envoy's log. */
export function logBytes(level: usize, start: usize, size: usize): void {
  proxy_log(level, start, size);
}
