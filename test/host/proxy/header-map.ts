import { toBytes, toKey, type Value } from './bytes.ts';

/** Names and values in the order they arrived; a name may stand more than once. */
export type Headers = readonly (readonly [name: string, value: Value])[];

/** A header map as Envoy keeps it: names in lower case, values as bytes. */
export class HeaderMap {
  #entries: { readonly name: string; readonly value: Uint8Array }[] = [];

  constructor(headers: Headers) {
    for (const [name, value] of headers) this.#entries.push({ name: keyOf(name), value: toBytes(value) });
  }

  /** Names and values as text, in their order. */
  get entries(): readonly (readonly [name: string, value: string])[] {
    return this.#entries.map(({ name, value }) => [
      Buffer.from(name, 'latin1').toString('utf8'),
      Buffer.from(value).toString('utf8'),
    ]);
  }

  get size(): number {
    return this.#entries.length;
  }

  add(name: Uint8Array, value: Uint8Array): void {
    this.#entries.push({ name: lowerCase(toKey(name)), value });
  }

  remove(name: Uint8Array): void {
    const unwanted = lowerCase(toKey(name));
    this.#entries = this.#entries.filter((entry) => entry.name !== unwanted);
  }

  /** One value in the place of all (Envoy `HeaderMapImpl::setCopy`). */
  replace(name: Uint8Array, value: Uint8Array): void {
    this.remove(name);
    this.add(name, value);
  }

  /**
   * All headers as a module gets them: their number, the sizes of each name and value, then each with a NUL
   * behind; numbers of four bytes, little-endian (proxy-wasm-cpp-host `PairsUtil::marshalPairs`). No bytes at
   * all where there is no header (`exports.cc`, `getPairs`).
   */
  serialize(): Uint8Array {
    if (this.size === 0) return new Uint8Array();
    const start = 4 + this.size * 8;
    const length = this.#entries.reduce(
      (sum, { name, value }) => sum + name.length + value.length + 2,
      start,
    );
    const bytes = Buffer.alloc(length);
    let at = start;
    let sizeAt = bytes.writeUInt32LE(this.size, 0);
    for (const { name, value } of this.#entries) {
      sizeAt = bytes.writeUInt32LE(name.length, sizeAt);
      sizeAt = bytes.writeUInt32LE(value.length, sizeAt);
      at += bytes.write(name, at, 'latin1') + 1;
      bytes.set(value, at);
      at += value.length + 1;
    }
    return bytes;
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

  /** All values with commas in between: Envoy `HeaderUtility::getAllOfHeaderAsString`. */
  joined(name: string): Uint8Array | undefined {
    const wanted = lowerCase(toKey(toBytes(name)));
    const values = this.#entries.filter((entry) => entry.name === wanted).map(({ value }) => value);
    return values.length === 0
      ? undefined
      : Buffer.concat(values.flatMap((value, i) => (i === 0 ? [value] : [toBytes(','), value])));
  }
}

export const NO_HEADERS: HeaderMap = new HeaderMap([]);

/** Names come again with every request. */
const KEYS: Map<string, string> = new Map();

function keyOf(name: string): string {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const key = lowerCase(toKey(toBytes(name)));
  KEYS.set(name, key);
  return key;
}

/** ASCII only, as `absl::AsciiStrToLower`. */
function lowerCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
