import { METRIC_TYPES, Status } from './abi.ts';
import { BAD_ARGUMENT, type Guest, type Imports, INVALID_MEMORY } from './guest.ts';

/** The host functions for metrics (proxy-wasm-cpp-host `src/exports.cc`). */
export function metricCalls(guest: Guest): Imports {
  const { perform, metrics } = guest;

  return {
    proxy_define_metric(type = 0, start = 0, size = 0, idAt = 0) {
      const name = guest.memory.read(start, size);
      return perform('proxy_define_metric', [METRIC_TYPES[type] ?? type, name], () => {
        if (name === undefined) return INVALID_MEMORY;
        const id = metrics.define(type, Buffer.from(name).toString('utf8'));
        if (id === undefined) return BAD_ARGUMENT;
        return guest.memory.writeWord(idAt, id) ? { status: Status.Ok, value: id } : INVALID_MEMORY;
      });
    },

    proxy_increment_metric(id = 0, by: number | bigint = 0) {
      return perform('proxy_increment_metric', [id, by], () => ({
        status: metrics.increment(id, BigInt(by)),
      }));
    },

    proxy_record_metric(id = 0, value: number | bigint = 0) {
      return perform('proxy_record_metric', [id, value], () => ({
        status: metrics.record(id, BigInt.asUintN(64, BigInt(value))),
      }));
    },

    proxy_get_metric(id = 0, at = 0) {
      return perform('proxy_get_metric', [id], () => {
        const { status, value } = metrics.get(id);
        if (status !== Status.Ok) return { status };
        return guest.memory.writeLong(at, value) ? { status, value } : INVALID_MEMORY;
      });
    },
  };
}
