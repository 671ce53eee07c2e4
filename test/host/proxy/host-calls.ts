import { BUFFERS, LOG_LEVELS, Status } from './abi.ts';
import { foreignCalls } from './foreign-calls.ts';
import {
  type Answer,
  BAD_ARGUMENT,
  type Guest,
  giveTo,
  type Imports,
  INVALID_MEMORY,
  NOT_FOUND,
  OK,
} from './guest.ts';
import { headerCalls } from './header-calls.ts';
import { metricCalls } from './metric-calls.ts';

/**
 * The host functions, each as proxy-wasm-cpp-host `src/exports.cc` has it. A module that imports one which is
 * not here cannot be instantiated; the error names it.
 */
export function hostCalls(guest: Guest): Imports {
  const { perform } = guest;
  const read = (start: number, size: number): Uint8Array | undefined => guest.memory.read(start, size);
  const give = (bytes: Uint8Array | undefined, addressAt: number, sizeAt: number): Answer =>
    giveTo(guest, bytes, addressAt, sizeAt);

  const imports: Imports = {
    ...foreignCalls(guest),
    ...headerCalls(guest),
    ...metricCalls(guest),

    proxy_log(level = 0, start = 0, size = 0) {
      const message = read(start, size);
      const levelName = LOG_LEVELS[level];
      return perform('proxy_log', [levelName ?? level, message], () => {
        if (levelName === undefined) return BAD_ARGUMENT;
        if (message === undefined) return INVALID_MEMORY;
        guest.proxy.log.push({ level: levelName, message: Buffer.from(message).toString('utf8') });
        return OK;
      });
    },

    proxy_get_current_time_nanoseconds(at = 0) {
      return perform('proxy_get_current_time_nanoseconds', [], () => {
        const now = guest.proxy.now();
        return guest.memory.writeLong(at, now) ? { status: Status.Ok, value: now } : INVALID_MEMORY;
      });
    },

    proxy_get_property(path = 0, size = 0, addressAt = 0, sizeAt = 0) {
      const name = read(path, size);
      return perform('proxy_get_property', [name], () =>
        name === undefined ? INVALID_MEMORY : give(guest.context.property(name), addressAt, sizeAt),
      );
    },

    proxy_set_property(path = 0, size = 0, start = 0, valueSize = 0) {
      const name = read(path, size);
      const value = read(start, valueSize);
      return perform('proxy_set_property', [name, value], () => {
        if (name === undefined || value === undefined) return INVALID_MEMORY;
        return guest.context.setProperty(name, value) ? OK : NOT_FOUND;
      });
    },

    proxy_set_tick_period_milliseconds(period = 0) {
      return perform('proxy_set_tick_period_milliseconds', [period], () => OK);
    },

    proxy_get_buffer_bytes(type = 0, start = 0, length = 0, addressAt = 0, sizeAt = 0) {
      const bufferName = BUFFERS[type];
      const from = start >>> 0;
      const count = length >>> 0;
      return perform('proxy_get_buffer_bytes', [bufferName ?? type, from, count], () => {
        if (bufferName === undefined || from + count > 0xffff_ffff) return BAD_ARGUMENT;
        const bytes = guest.context.buffers.get(bufferName);
        return give(bytes?.subarray(from, from + count), addressAt, sizeAt);
      });
    },

    proxy_get_shared_data(start = 0, size = 0, addressAt = 0, sizeAt = 0, casAt = 0) {
      const key = read(start, size);
      return perform('proxy_get_shared_data', [key], () => {
        if (key === undefined) return INVALID_MEMORY;
        const entry = guest.proxy.sharedData.get(key);
        if (entry !== undefined && !guest.memory.writeWord(casAt, entry.cas)) return INVALID_MEMORY;
        return give(entry?.value, addressAt, sizeAt);
      });
    },

    proxy_set_shared_data(start = 0, size = 0, valueAt = 0, valueSize = 0, cas = 0) {
      const key = read(start, size);
      const value = read(valueAt, valueSize);
      return perform('proxy_set_shared_data', [key, value, cas >>> 0], () => {
        if (key === undefined || value === undefined) return INVALID_MEMORY;
        return { status: guest.proxy.sharedData.set(key, value, cas >>> 0) };
      });
    },

    proxy_set_effective_context(id = 0) {
      return perform('proxy_set_effective_context', [id], () =>
        guest.setEffectiveContext(id) ? OK : BAD_ARGUMENT,
      );
    },
  };
  return imports;
}
