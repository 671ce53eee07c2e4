import { Received } from '../abi/host';

/** The values that the current request's attributes were given, by index; they stay as long as the arena's. */

/** Bytes of an entry: address and size. */
const ENTRY: usize = 8;
/** Most attributes of one plugin: each costs every request, and the bound keeps a mistake from costing a VM its memory. */
export const MAX_ATTRIBUTES: i32 = 128;

const entries: usize = memory.data(8 * 128, 4);

export function setWritten(index: i32, start: usize, size: usize): void {
  store<usize>(entries + <usize>index * ENTRY, start);
  store<usize>(entries + <usize>index * ENTRY, size, 4);
}

/** Puts an attribute's value into `Received`; false when it has none. */
export function writtenValue(index: i32): bool {
  Received.start = load<usize>(entries + <usize>index * ENTRY);
  Received.size = load<usize>(entries + <usize>index * ENTRY, 4);
  return Received.size != 0;
}
