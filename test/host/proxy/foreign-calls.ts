import type { Context } from './context.ts';
import { BAD_ARGUMENT, type Guest, giveTo, type Imports, INVALID_MEMORY, NOT_FOUND } from './guest.ts';

/** Envoy's functions beside the ABI (`source/extensions/common/wasm/foreign.cc`), of whose CEL only whole numbers are known here. */
export function foreignCalls(guest: Guest): Imports {
  return {
    proxy_call_foreign_function(nameAt = 0, nameSize = 0, start = 0, size = 0, addressAt = 0, sizeAt = 0) {
      const name = guest.memory.read(nameAt, nameSize);
      const given = guest.memory.read(start, size);
      return guest.perform('proxy_call_foreign_function', [name, given], () => {
        if (name === undefined || given === undefined) return INVALID_MEMORY;
        const { expressions } = rootOf(guest.current);
        const argument = Buffer.from(given);
        switch (Buffer.from(name).toString()) {
          case 'expr_create': {
            const text = argument.toString();
            if (!/^\d+$/.test(text)) return BAD_ARGUMENT;
            const token = Buffer.alloc(4);
            token.writeUInt32LE(expressions.push(BigInt(text)) - 1);
            return giveTo(guest, token, addressAt, sizeAt);
          }
          case 'expr_evaluate': {
            if (argument.length !== 4) return BAD_ARGUMENT;
            const value = expressions[argument.readUInt32LE()];
            if (value === undefined) return NOT_FOUND;
            const bytes = Buffer.alloc(8);
            bytes.writeBigInt64LE(value);
            return giveTo(guest, bytes, addressAt, sizeAt);
          }
          default:
            return NOT_FOUND;
        }
      });
    },
  };
}

/** `ContextBase::root_context`. */
function rootOf(context: Context): Context {
  return context.parent ?? context;
}
