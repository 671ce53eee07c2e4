import { toBytes, toKey, type Value } from './bytes.ts';

/** Envoy's attributes: a tree of names, with values at its leaves. */
export interface PropertyTree {
  readonly [name: string]: PropertyTree | Value | number | bigint | boolean;
}

/**
 * The value at a path whose parts are separated by NUL bytes; undefined when there is none.
 *
 * Envoy `Context::getProperty` walks the tree part by part. A path that ends inside the tree would give a
 * serialised message there; here it has no value.
 */
export function findProperty(tree: PropertyTree, path: Uint8Array): Uint8Array | undefined {
  let node: PropertyTree[string] = tree;
  for (const part of Buffer.from(path).toString('utf8').split('\0')) {
    if (!isTree(node) || !Object.hasOwn(node, part)) return undefined;
    node = node[part] as PropertyTree[string];
  }
  return isTree(node) ? undefined : serialise(node);
}

/** The first part of a path. */
export function topName(path: Uint8Array): string {
  const key = toKey(path);
  const end = key.indexOf('\0');
  return end < 0 ? key : key.slice(0, end);
}

function isTree(node: PropertyTree[string]): node is PropertyTree {
  return typeof node === 'object' && !(node instanceof Uint8Array);
}

/** Envoy `serializeValue`: text as it is, an integer in eight bytes, a boolean in one. */
function serialise(value: Value | number | bigint | boolean): Uint8Array {
  if (typeof value === 'boolean') return Uint8Array.of(value ? 1 : 0);
  if (typeof value === 'string' || value instanceof Uint8Array) return toBytes(value);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
  return bytes;
}
