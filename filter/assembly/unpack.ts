/**
 * Brings the module's data to its place, before anything else runs. `packing/transform.ts` adds the call;
 * `packing/pack.ts` says what the tokens mean.
 */

const SHORT_COPY: u32 = 0x80;
const LONG_COPY: u32 = 0xc0;
const ZEROS: u32 = 0xfe;
const RAW: u32 = 0xff;

/** Unpacks what stands from `packed` to `end` to address 0, and leaves zeros in its place, as the heap expects. */
export function unpack(packed: usize, end: usize): void {
  let to: usize = 0;
  let at = packed;
  while (at < end) {
    const token = <u32>load<u8>(at++);
    if (token < SHORT_COPY) {
      store<u16>(to, token);
      to += 2;
    } else if (token == RAW) {
      const size = <usize>load<u8>(at++) * 2;
      memory.copy(to, at, size);
      at += size;
      to += size;
    } else if (token == ZEROS) {
      to += <usize>load<u16>(at) * 2;
      at += 2;
    } else {
      const long = token >= LONG_COPY;
      const distance = (long ? <usize>load<u16>(at) : <usize>load<u8>(at)) + 1;
      at += long ? 2 : 1;
      const last = to + ((token & 0x3f) + (long ? 3 : 2)) * 2;
      // Unit by unit: a copy may reach into what it writes.
      for (; to < last; to += 2) store<u16>(to, load<u16>(to - distance * 2));
    }
  }
  memory.fill(packed, 0, end - packed);
}
