/**
 * The module's linear memory as the host sees it. Every address comes from the module, so every access is
 * checked; proxy-wasm-cpp-host answers `InvalidMemoryAccess` to what is outside.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
  }

  /** Bytes of the memory, grown or not. */
  get size(): number {
    return this.#memory.buffer.byteLength;
  }

  /** A copy of a range; undefined when it is not all inside. */
  read(start: number, size: number): Uint8Array | undefined {
    const from = start >>> 0;
    const count = size >>> 0;
    return this.#has(from, count) ? this.#view().slice(from, from + count) : undefined;
  }

  write(start: number, bytes: Uint8Array): boolean {
    const from = start >>> 0;
    if (!this.#has(from, bytes.length)) return false;
    this.#view().set(bytes, from);
    return true;
  }

  /** A 32-bit number, little-endian as WebAssembly is. */
  writeWord(at: number, value: number): boolean {
    const from = at >>> 0;
    if (!this.#has(from, 4)) return false;
    const view = this.#view();
    for (let i = 0; i < 4; i++) view[from + i] = value >>> (i * 8);
    return true;
  }

  /** A 64-bit number. */
  writeLong(at: number, value: bigint): boolean {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.write(at, bytes);
  }

  #has(start: number, size: number): boolean {
    return start + size <= this.size;
  }

  /** Growing detaches the buffer that was there before. */
  #view(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }
}
