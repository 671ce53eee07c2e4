/** SHA-256 (FIPS 180-4) and HMAC (RFC 2104) over raw memory; a request allocates nothing. */

const BLOCK: i32 = 64;
/** Bytes of a hash, and of the state between two blocks. */
export const HASH_BYTES: i32 = 32;

/** FIPS 180-4, section 4.2.2: the first 32 bits of the cube roots of the first 64 primes. */
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
/** Section 5.3.3: the first 32 bits of the square roots of the first eight primes. */
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
/** The message schedule W (section 6.2.2), and the last, padded block. */
const schedule: usize = memory.data(256, 8);
const tail: usize = memory.data(64, 8);

/** A key made ready: the states after its inner and its outer block, so that a request hashes only its value. */
export class HmacKey {
  private inner: StaticArray<u32> = new StaticArray<u32>(8);
  private outer: StaticArray<u32> = new StaticArray<u32>(8);
  private state: StaticArray<u32> = new StaticArray<u32>(8);

  constructor(key: usize, size: i32) {
    const block = new StaticArray<u8>(BLOCK);
    const start = changetype<usize>(block);
    if (size > BLOCK) sha256(key, size, start);
    else memory.copy(start, key, size);
    for (let i = 0; i < BLOCK; i++) block[i] ^= 0x36;
    begin(changetype<usize>(this.inner), start);
    for (let i = 0; i < BLOCK; i++) block[i] ^= 0x36 ^ 0x5c;
    begin(changetype<usize>(this.outer), start);
  }

  /** HMAC-SHA-256 of a value, as 32 bytes at `into`. */
  sign(start: usize, size: i32, into: usize): void {
    const state = changetype<usize>(this.state);
    memory.copy(state, changetype<usize>(this.inner), HASH_BYTES);
    finish(state, start, size, BLOCK, into);
    memory.copy(state, changetype<usize>(this.outer), HASH_BYTES);
    finish(state, into, HASH_BYTES, BLOCK, into);
  }
}

/** SHA-256 of a message, as 32 bytes at `into`. */
export function sha256(start: usize, size: i32, into: usize): void {
  const state = changetype<usize>(new StaticArray<u32>(8));
  memory.copy(state, INITIAL, HASH_BYTES);
  finish(state, start, size, 0, into);
}

function begin(state: usize, block: usize): void {
  memory.copy(state, INITIAL, HASH_BYTES);
  compress(state, block);
}

/** Hashes a message into a state that has seen `before` bytes, pads it (section 5.1.1), and writes the hash. */
function finish(state: usize, start: usize, size: i32, before: i32, into: usize): void {
  let at = start;
  let rest = size;
  for (; rest >= BLOCK; rest -= BLOCK, at += BLOCK) compress(state, at);
  memory.fill(tail, 0, BLOCK);
  memory.copy(tail, at, rest);
  store<u8>(tail + rest, 0x80);
  if (rest >= BLOCK - 8) {
    compress(state, tail);
    memory.fill(tail, 0, BLOCK);
  }
  store<u64>(tail, bswap<u64>(<u64>(before + size) * 8), BLOCK - 8);
  compress(state, tail);
  for (let i = 0; i < HASH_BYTES; i += 4) store<u32>(into + i, bswap<u32>(load<u32>(state + i)));
}

/** Section 6.2.2. */
function compress(state: usize, block: usize): void {
  for (let t = 0; t < 64; t += 4) store<u32>(schedule + t, bswap<u32>(load<u32>(block + t)));
  for (let t = 64; t < 256; t += 4) {
    const w15 = load<u32>(schedule + t - 60);
    const w2 = load<u32>(schedule + t - 8);
    const s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ (w15 >> 3);
    const s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ (w2 >> 10);
    store<u32>(schedule + t, load<u32>(schedule + t - 64) + s0 + load<u32>(schedule + t - 28) + s1);
  }
  let a = load<u32>(state);
  let b = load<u32>(state, 4);
  let c = load<u32>(state, 8);
  let d = load<u32>(state, 12);
  let e = load<u32>(state, 16);
  let f = load<u32>(state, 20);
  let g = load<u32>(state, 24);
  let h = load<u32>(state, 28);
  for (let t = 0; t < 256; t += 4) {
    const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
    const t1 = h + s1 + ((e & f) ^ (~e & g)) + load<u32>(K + t) + load<u32>(schedule + t);
    const s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
    const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  store<u32>(state, load<u32>(state) + a);
  store<u32>(state, load<u32>(state, 4) + b, 4);
  store<u32>(state, load<u32>(state, 8) + c, 8);
  store<u32>(state, load<u32>(state, 12) + d, 12);
  store<u32>(state, load<u32>(state, 16) + e, 16);
  store<u32>(state, load<u32>(state, 20) + f, 20);
  store<u32>(state, load<u32>(state, 24) + g, 24);
  store<u32>(state, load<u32>(state, 28) + h, 28);
}

function rotr(x: u32, n: u32): u32 {
  return (x >> n) | (x << (32 - n));
}
