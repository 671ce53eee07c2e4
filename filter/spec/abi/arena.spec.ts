import { allocate, heapBytesInUse, LIMIT, reset } from '../../assembly/abi/arena';

/** As in the arena, which keeps it to itself: a value of this size needs no heap. */
const BLOCK: usize = 16 * 1024;

/** True when all bytes of a block are `byte`. */
function holds(start: usize, size: usize, byte: u8): bool {
  for (let i: usize = 0; i < size; i++) {
    if (load<u8>(start + i) != byte) return false;
  }
  return true;
}

beforeEach(() => {
  reset();
});

describe('the fixed block', () => {
  it('gives addresses that are 8-byte aligned and do not overlap', () => {
    let end: usize = 0;
    for (let size: usize = 0; size < 64; size++) {
      const start = allocate(size);
      expect(start & 7).toBe(0, `alignment of ${size} bytes`);
      expect(start >= end).toBe(true, `${size} bytes stand after those before`);
      end = start + size;
    }
    expect(heapBytesInUse()).toBe(0);
  });

  it('gives an address for a size of 0, since 0 means no', () => {
    expect(allocate(0) != 0).toBe(true);
  });

  it('can be used to its last byte, and not beyond', () => {
    const start = allocate(BLOCK);
    expect(heapBytesInUse()).toBe(0, 'all of it in one');
    expect(allocate(0)).toBe(start + BLOCK, 'nothing at its end');
    allocate(1);
    expect(heapBytesInUse()).toBe(1, 'the next byte is on the heap');
  });

  it('has its last byte left when the value before ends there', () => {
    const start = allocate(BLOCK - 8);
    expect(allocate(8)).toBe(start + BLOCK - 8);
    expect(heapBytesInUse()).toBe(0);
  });
});

describe('the heap', () => {
  it('takes what the fixed block has no room for, and the block goes on serving', () => {
    const first = allocate(8);
    const large = allocate(BLOCK);
    expect(heapBytesInUse()).toBe(BLOCK);
    expect(large & 7).toBe(0);
    expect(allocate(8)).toBe(first + 8);
  });

  it('keeps blocks apart: filling one changes no other', () => {
    const addresses: usize[] = [];
    for (let i = 0; i < 20; i++) addresses.push(allocate(BLOCK + i));
    const inBlock = allocate(BLOCK);
    for (let i = 0; i < 20; i++) memory.fill(addresses[i], <u8>i, BLOCK + i);
    memory.fill(inBlock, 0xff, BLOCK);
    for (let i = 0; i < 20; i++) expect(holds(addresses[i], BLOCK + i, <u8>i)).toBe(true, `block ${i}`);
    reset();
    expect(heapBytesInUse()).toBe(0, 'the chain of blocks was not written over');
  });
});

// Without a limit, one request could make every worker's VM grow for good: WebAssembly never shrinks.
describe('the limit', () => {
  it('gives LIMIT bytes, and says no with 0 to one more', () => {
    expect(allocate(LIMIT + 1)).toBe(0);
    expect(allocate(LIMIT) != 0).toBe(true);
    expect(allocate(BLOCK) != 0).toBe(true, 'the fixed block is not counted');
    expect(allocate(1)).toBe(0);
    expect(heapBytesInUse()).toBe(LIMIT);
  });

  it('counts all blocks of a callback', () => {
    let given = 0;
    while (allocate(100_000) != 0) given++;
    expect(given).toBe(10);
    expect(heapBytesInUse()).toBe(1_000_000);
    expect(allocate(LIMIT - 1_000_000) != 0).toBe(true, 'what is left can be had');
  });

  it('says no to sizes that would wrap around', () => {
    const sizes: usize[] = [0x7fffffff, 0x80000000, 0xfffffff0, usize.MAX_VALUE - 7, usize.MAX_VALUE];
    for (let i = 0; i < sizes.length; i++) {
      expect(allocate(sizes[i])).toBe(0, `${sizes[i]} bytes`);
      allocate(8);
      expect(allocate(sizes[i])).toBe(0, `${sizes[i]} bytes after others`);
    }
    expect(heapBytesInUse()).toBe(0);
  });

  it('goes on serving after a no', () => {
    const first = allocate(8);
    allocate(LIMIT + 1);
    expect(allocate(8)).toBe(first + 8);
  });
});

describe('reset', () => {
  it('gives everything back', () => {
    const first = allocate(8);
    allocate(BLOCK);
    allocate(LIMIT - BLOCK);
    expect(allocate(LIMIT)).toBe(0);
    reset();
    expect(heapBytesInUse()).toBe(0);
    expect(allocate(8)).toBe(first);
    expect(allocate(LIMIT) != 0).toBe(true);
  });

  it('may be called again and again', () => {
    reset();
    reset();
    expect(heapBytesInUse()).toBe(0);
  });

  it('keeps the memory flat', () => {
    allocate(LIMIT);
    reset();
    const pages = memory.size();
    for (let i = 0; i < 2000; i++) {
      allocate(<usize>(i * 523) % LIMIT);
      allocate(20_000);
      reset();
    }
    expect(memory.size() - pages <= 1).toBe(true, `${memory.size()} pages after ${pages}`);
  });
});
