import { Status } from './abi.ts';
import { toKey } from './bytes.ts';

/** What the VMs of one `vm_id` share (proxy-wasm-cpp-host `src/shared_data.cc`). */
export class SharedData {
  readonly #entries: Map<string, { readonly value: Uint8Array; readonly cas: number }> = new Map();
  #lastCas = 0;

  get(key: Uint8Array): { readonly value: Uint8Array; readonly cas: number } | undefined {
    return this.#entries.get(toKey(key));
  }

  /** A key that is there is set when `cas` is 0 or its number; one that is not, always. */
  set(key: Uint8Array, value: Uint8Array, cas: number): Status {
    const there = this.#entries.get(toKey(key));
    if (there !== undefined && cas !== 0 && cas !== there.cas) return Status.CasMismatch;
    this.#lastCas += 1;
    this.#entries.set(toKey(key), { value, cas: this.#lastCas });
    return Status.Ok;
  }

  get size(): number {
    return this.#entries.size;
  }
}
