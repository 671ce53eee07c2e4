import { toBytes, toKey, type Value } from './bytes.ts';

/** Names and values in the order they arrived; a name may stand more than once. */
export type Headers = readonly (readonly [name: string, value: Value])[];

/** A header map as Envoy keeps it: names in lower case, values as bytes. */
export class HeaderMap {
  readonly #entries: { readonly name: string; readonly value: Uint8Array }[] = [];

  constructor(headers: Headers) {
    for (const [name, value] of headers) {
      this.#entries.push({ name: lowerCase(toKey(toBytes(name))), value: toBytes(value) });
    }
  }

  get size(): number {
    return this.#entries.length;
  }

  /**
   * All headers as a module gets them: their number, the sizes of each name and value, then each with a NUL
   * behind; numbers of four bytes, little-endian (proxy-wasm-cpp-host `PairsUtil::marshalPairs`).
   */
  serialize(): Uint8Array {
    const texts = this.#entries.flatMap(({ name, value }) => [Buffer.from(name, 'latin1'), value]);
    const sizes = new Uint8Array(Uint32Array.of(this.size, ...texts.map((text) => text.length)).buffer);
    return Buffer.concat([sizes, ...texts.flatMap((text) => [text, Uint8Array.of(0)])]);
  }

  /** How often a header came. */
  count(name: Uint8Array): number {
    const wanted = lowerCase(toKey(name));
    return this.#entries.filter((entry) => entry.name === wanted).length;
  }

  /** The first value: Envoy `Context::getHeaderMapValue` takes `entry[0]` and leaves the others. */
  first(name: Uint8Array): Uint8Array | undefined {
    const wanted = lowerCase(toKey(name));
    return this.#entries.find((entry) => entry.name === wanted)?.value;
  }
}

/** ASCII only, as `absl::AsciiStrToLower`. */
function lowerCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
