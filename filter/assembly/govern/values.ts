import { Bytes } from '../abi/host';

/** Sets of values: those that are allowed, and those that were seen. Looking one up allocates nothing. */

const PRIME: u64 = 0x100000001b3;

/** FNV-1a with a start of its own, so that nobody outside can choose values that fall together. */
export function hashOf(start: usize, size: i32, seed: u64): u64 {
  let hash = 0xcbf29ce484222325 ^ seed;
  for (let i = 0; i < size; i++) hash = (hash ^ <u64>load<u8>(start + i)) * PRIME;
  // The low bits choose the place in a table: the high ones have to have their say in them.
  return hash ^ (hash >> 32);
}

/** A power of two that leaves half of a table free. */
function tableSize(values: i32): i32 {
  let size = 4;
  while (size < values * 2) size <<= 1;
  return size;
}

/** A fixed set of values, compared byte by byte. */
export class ValueSet {
  private table: StaticArray<i32>;
  private mask: i32;

  constructor(private values: Bytes[]) {
    const size = tableSize(values.length);
    this.table = new StaticArray<i32>(size);
    this.mask = size - 1;
    for (let i = 0; i < values.length; i++) {
      let at = <i32>hashOf(changetype<usize>(values[i]), values[i].byteLength, 0) & this.mask;
      while (this.table[at] != 0) at = (at + 1) & this.mask;
      this.table[at] = i + 1;
    }
  }

  static of(texts: string[]): ValueSet {
    const values: Bytes[] = [];
    for (let i = 0; i < texts.length; i++) values.push(String.UTF8.encode(texts[i]));
    return new ValueSet(values);
  }

  has(start: usize, size: i32): bool {
    let at = <i32>hashOf(start, size, 0) & this.mask;
    while (true) {
      const index = unchecked(this.table[at]);
      if (index == 0) return false;
      const value = unchecked(this.values[index - 1]);
      if (value.byteLength == size && memory.compare(changetype<usize>(value), start, size) == 0) return true;
      at = (at + 1) & this.mask;
    }
  }
}

/** Counts different values up to a bound. Keeps 64 bits of each, so that long values take no more memory. */
export class DistinctValues {
  private table: StaticArray<u64>;
  private mask: i32;
  private seen: i32 = 0;

  constructor(
    private most: i32,
    private seed: u64,
  ) {
    const size = tableSize(most);
    this.table = new StaticArray<u64>(size);
    this.mask = size - 1;
  }

  /** True for a value that was seen before, and for a new one while there is room. */
  admit(start: usize, size: i32): bool {
    // 0 marks a free place.
    const hash = hashOf(start, size, this.seed) | 1;
    let at = <i32>(hash >> 1) & this.mask;
    while (unchecked(this.table[at]) != 0) {
      if (unchecked(this.table[at]) == hash) return true;
      at = (at + 1) & this.mask;
    }
    if (this.seen == this.most) return false;
    this.seen++;
    unchecked((this.table[at] = hash));
    return true;
  }
}
