/**
 * Memory for what the host hands over during one callback (header values, properties, the configuration).
 *
 * The host calls `allocate` while a host call of ours is running, and never frees. So nothing here is freed
 * one by one: every callback begins with `reset`. A value that does not fit the fixed block gets a block of
 * its own, which lives to the next `reset`; a callback that asks for more than `LIMIT` in all is told no.
 *
 * The module begins with 512 KiB (`initialMemory` in asconfig.json): what a configuration leaves has room there, and
 * does not split the block that a large request gave back, which would make the next one grow the memory.
 */

/** Bytes of the fixed block: enough for all values of a usual request, so that the heap is not touched. */
const BLOCK: usize = 16 * 1024;
/** Bytes that one callback may ask for in all. Envoy's largest header block is 60 KiB by default
 * (`max_request_headers_kb`); a configuration may be larger. */
export const LIMIT: usize = 1024 * 1024;
/** In front of a heap block: the address of the block that was taken before it. */
const LINK: usize = 16;

const block: usize = memory.data(16 * 1024, 16);
let top: usize = block;
let heapBlocks: usize = 0;
let heapBytes: usize = 0;

/**
 * Gives `size` bytes, 8-byte aligned, that stay until the next `reset`.
 *
 * Returns 0 when the callback's limit is reached; the host then fails its call with `InvalidMemoryAccess`,
 * which the caller sees as a value that is not there (proxy-wasm-cpp-host `Context::copyToPointerSize`).
 */
export function allocate(size: usize): usize {
  if (size <= block + BLOCK - top) {
    const start = top;
    top = (top + size + 7) & ~7;
    return start;
  }
  if (size > LIMIT - heapBytes) return 0;
  const start = heap.alloc(LINK + size);
  store<usize>(start, heapBlocks);
  heapBlocks = start;
  heapBytes += size;
  return start + LINK;
}

/** Makes the whole arena free again. To be called at the start of each callback. */
export function reset(): void {
  top = block;
  if (heapBlocks == 0) return;
  while (heapBlocks != 0) {
    const next = load<usize>(heapBlocks);
    heap.free(heapBlocks);
    heapBlocks = next;
  }
  heapBytes = 0;
}

/** Bytes in use beside the fixed block; 0 after `reset`. */
export function heapBytesInUse(): usize {
  return heapBytes;
}
