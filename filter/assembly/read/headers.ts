import { getHeader, getRequestHeaders, HeaderState } from '../abi/header-map';
import { Bytes, Received } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { Counter, count } from '../health/counters';

/**
 * The request headers that a plan needs, found in one pass over all of them.
 *
 * Envoy's `get_header_map_pairs` hands every header over in one host call with one allocation; asking for
 * them one by one costs a host call and an allocation each, and does not tell of repeated headers.
 */

/** Most names that one plan can ask for: slots are numbered in a byte. */
export const MAX_HEADER_NAMES: i32 = 255;
/** Bytes that a slot takes: address and size of the first value, and how often the header came. */
const SLOT: usize = 12;

const slots: usize = memory.data(12 * 255, 4);

/** The names that a plan's sources read, each with a slot for its value. */
export class HeaderNames {
  private names: Bytes[] = [];
  /** By length of a name: the slot of the first name so long, counted from 1. Longer names share the last. */
  private first: StaticArray<u8> = new StaticArray<u8>(64);
  /** By slot: the next slot whose name is as long, counted from 1. */
  private next: StaticArray<u8> = new StaticArray<u8>(MAX_HEADER_NAMES);

  get count(): i32 {
    return this.names.length;
  }

  /** The slot of a name in lower case; the same for the same name. -1 when there are too many. */
  add(name: Bytes): i32 {
    for (let slot = 0; slot < this.names.length; slot++) {
      if (equals(this.names[slot], changetype<usize>(name), name.byteLength)) return slot;
    }
    const slot = this.names.length;
    if (slot == MAX_HEADER_NAMES) return -1;
    this.names.push(name);
    const length = lengthClass(name.byteLength);
    this.next[slot] = this.first[length];
    this.first[length] = <u8>(slot + 1);
    return slot;
  }

  /** The name of a slot. */
  name(slot: i32): Bytes {
    return unchecked(this.names[slot]);
  }

  /** Reads the headers of the current request into the slots. */
  read(): void {
    const names = this.names.length;
    if (names == 0) return;
    memory.fill(slots, 0, <usize>names * SLOT);
    if (getRequestHeaders()) this.readPairs(Received.start, Received.size);
    else {
      count(Counter.Oversized);
      this.readOneByOne();
    }
  }

  /**
   * The pairs as the ABI lays them out: their number, then the two sizes of each, then each name and value with
   * a NUL behind (proxy-wasm spec, "Serialization"). All sizes are checked against what was handed over.
   */
  private readPairs(start: usize, size: usize): void {
    const end = start + size;
    if (size < 4) return;
    const pairs = <usize>load<u32>(start);
    if (pairs > (size - 4) / 8) return;
    let at = start + 4 + pairs * 8;
    for (let sizes = start + 4, last = sizes + pairs * 8; sizes < last; sizes += 8) {
      const nameSize = <usize>load<u32>(sizes);
      const valueSize = <usize>load<u32>(sizes, 4);
      if (nameSize > end - at || valueSize > end - at - nameSize) return;
      const value = at + nameSize + 1;
      let slot = <i32>unchecked(this.first[lengthClass(<i32>nameSize)]) - 1;
      while (slot >= 0) {
        if (equals(unchecked(this.names[slot]), at, <i32>nameSize)) {
          keep(slot, value, valueSize);
          break;
        }
        slot = <i32>unchecked(this.next[slot]) - 1;
      }
      at = value + valueSize + 1;
      if (at > end) return;
    }
  }

  /** For headers that together are more than the arena takes. Repeated ones cannot be told then. */
  private readOneByOne(): void {
    for (let slot = 0, names = this.names.length; slot < names; slot++) {
      if (getHeader(HeaderMap.RequestHeaders, unchecked(this.names[slot]))) {
        keep(slot, Received.start, Received.size);
      } else if (!HeaderState.isAbsent) {
        // Too large to be read, and there all the same: a stranger's must go.
        keep(slot, 0, 0);
      }
    }
  }
}

/** Puts the first value of a slot into `Received`; false when the request has no such header. */
export function headerValue(slot: i32): bool {
  const at = slots + <usize>slot * SLOT;
  Received.start = load<usize>(at);
  Received.size = load<usize>(at, 4);
  return load<u32>(at, 8) != 0;
}

/** Makes a slot as if its header had not come: it was removed from the request. */
export function forgetHeader(slot: i32): void {
  store<u32>(slots + <usize>slot * SLOT, 0, 8);
}

/** How often the header of a slot came. */
export function headerCount(slot: i32): u32 {
  return load<u32>(slots + <usize>slot * SLOT, 8);
}

function keep(slot: i32, start: usize, size: usize): void {
  const at = slots + <usize>slot * SLOT;
  const seen = load<u32>(at, 8);
  store<u32>(at, seen + 1, 8);
  if (seen != 0) return;
  store<usize>(at, start);
  store<usize>(at, size, 4);
}

// Names of 63 bytes and more are rare, and told apart by their bytes.
function lengthClass(length: i32): i32 {
  return min(length, 63);
}

function equals(name: Bytes, start: usize, size: i32): bool {
  return name.byteLength == size && memory.compare(changetype<usize>(name), start, size) == 0;
}
