import { setEffectiveContext } from './abi/host';

/**
 * Which plan a request passed, for the response to come: a callback of the response is only told the stream's id.
 *
 * A table of fixed places near `id & mask`. Nobody tells when a stream ends without a response (`proxy_on_delete` would, at
 * the price of one more VM entry for every request), so a place is taken from a stream that the host says is gone,
 * and the table grows only while all places near an id belong to streams that live.
 */

/** Bytes of a place: the stream's id, its root context's, and the serial number of the plan. */
const PLACE: usize = 12;
/** Places that a stream can have. */
const NEAR: u32 = 8;
const LEAST_PLACES: u32 = 256;
/** 768 KiB; with more streams open than that some have no attributes of the response. */
const MOST_PLACES: u32 = 65536;

let table: usize = 0;
let mask: u32 = 0;

/** The stream that `takeStream` found. */
export class Stream {
  static root: u32 = 0;
  static serial: u32 = 0;
}

/** Remembers a stream until its response. False when there is no place for it. */
export function keepStream(contextId: u32, root: u32, serial: u32): bool {
  if (table == 0) grow(LEAST_PLACES);
  let place = freePlace(contextId);
  while (place == 0 && mask + 1 < MOST_PLACES) {
    grow((mask + 1) * 2);
    place = freePlace(contextId);
  }
  if (place == 0) return false;
  store<u32>(place, contextId);
  store<u32>(place, root, 4);
  store<u32>(place, serial, 8);
  return true;
}

/** Puts a stream that was kept into `Stream`, and forgets it. False when it was not kept. */
export function takeStream(contextId: u32): bool {
  if (table == 0) return false;
  for (let i: u32 = 0; i < NEAR; i++) {
    const place = placeAt(contextId + i);
    if (load<u32>(place) != contextId) continue;
    Stream.root = load<u32>(place, 4);
    Stream.serial = load<u32>(place, 8);
    store<u32>(place, 0);
    return true;
  }
  return false;
}

/** Forgets what was kept of an earlier stream with the same id: ids begin anew after 2^32 streams. */
export function forgetStream(contextId: u32): void {
  if (table != 0) takeStream(contextId);
}

function placeAt(index: u32): usize {
  return table + <usize>(index & mask) * PLACE;
}

function freePlace(contextId: u32): usize {
  for (let i: u32 = 0; i < NEAR; i++) {
    const place = placeAt(contextId + i);
    const other = load<u32>(place);
    if (other == 0 || other == contextId) return place;
  }
  for (let i: u32 = 0; i < NEAR; i++) {
    const place = placeAt(contextId + i);
    if (!setEffectiveContext(load<u32>(place))) return place;
    setEffectiveContext(contextId);
  }
  return 0;
}

/** Raw memory, as a request leaves no garbage. */
function grow(places: u32): void {
  const old = table;
  const count: u32 = old == 0 ? 0 : mask + 1;
  table = heap.alloc(<usize>places * PLACE);
  mask = places - 1;
  memory.fill(table, 0, <usize>places * PLACE);
  for (let i: u32 = 0; i < count; i++) {
    const from = old + <usize>i * PLACE;
    const contextId = load<u32>(from);
    if (contextId == 0) continue;
    // There is room near each, but for an unlucky few that had gone round the end: those are let go.
    for (let j: u32 = 0; j < NEAR; j++) {
      const to = placeAt(contextId + j);
      if (load<u32>(to) != 0) continue;
      memory.copy(to, from, PLACE);
      break;
    }
  }
  if (old != 0) heap.free(old);
}
