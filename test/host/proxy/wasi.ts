import { toBytes } from './bytes.ts';
import type { Guest, Imports } from './guest.ts';

const SUCCESS = 0;
/** `errno.fault`: an address outside the module's memory. */
const FAULT = 21;

/**
 * The functions of `wasi_snapshot_preview1` that a filter may import: its environment, as proxy-wasm-cpp-host
 * `src/exports.cc` hands it over. They are no host calls of the ABI, so they do not stand in its record.
 */
export function wasiCalls(guest: Guest): Imports {
  const variables = Object.entries(guest.proxy.environment).map(([name, value]) =>
    toBytes(`${name}=${value}\0`),
  );
  return {
    environ_sizes_get(countAt = 0, sizeAt = 0) {
      const size = variables.reduce((sum, variable) => sum + variable.length, 0);
      const written =
        guest.memory.writeWord(countAt, variables.length) && guest.memory.writeWord(sizeAt, size);
      return written ? SUCCESS : FAULT;
    },

    environ_get(pointersAt = 0, bufferAt = 0) {
      let at = bufferAt;
      for (const [index, variable] of variables.entries()) {
        if (!guest.memory.writeWord(pointersAt + index * 4, at) || !guest.memory.write(at, variable))
          return FAULT;
        at += variable.length;
      }
      return SUCCESS;
    },
  };
}
