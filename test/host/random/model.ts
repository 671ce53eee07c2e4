import { toBytes } from '../proxy/bytes.ts';
import { HeaderMap, type Headers } from '../proxy/header-map.ts';
import { findProperty, type PropertyTree } from '../proxy/properties.ts';
import type { Attribute, Configuration, Source } from './modelled.ts';

const SAFE = new Map([
  ['"', "'"],
  ['\\', '/'],
]);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * What the filter is to do, said a second time and simply: the filter state that a request leaves, by the
 * name of the attribute.
 */
export function expectedAttributes(
  configuration: Configuration,
  headers: Headers,
  properties: readonly PropertyTree[],
): Map<string, string> {
  const map = new HeaderMap(headers);
  const property = (path: string): Uint8Array | undefined => {
    const parts = toBytes(path.replaceAll('.', '\0'));
    for (const tree of properties) {
      const value = findProperty(tree, parts);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const read = (source: Source, ambiguous: Attribute['ambiguous']): Uint8Array | undefined => {
    if (source.header !== undefined) {
      const name = toBytes(source.header);
      return ambiguous === 'first' || map.count(name) === 1 ? map.first(name) : undefined;
    }
    if (source.literal !== undefined) return toBytes(source.literal);
    return property(source.node === undefined ? (source.property ?? '') : `xds.node.metadata.${source.node}`);
  };

  const expected = new Map<string, string>();
  for (const attribute of configuration.attributes) {
    const value = firstText(attribute, read);
    if (value !== undefined) expected.set(attribute.key, value);
  }
  return expected;
}

/** The request's headers for the upstream, and whether one of them was changed. */
export function expectedHeaders(
  { attributes, output }: Configuration,
  headers: Headers,
  values: ReadonlyMap<string, string>,
): { readonly entries: HeaderMap['entries']; readonly changed: boolean } {
  const came = new HeaderMap(headers);
  const map = new HeaderMap(headers);
  let changed = false;
  for (const { key, to } of attributes) {
    const names = [
      ...(output === 'header' ? [`x-meshspan-${key}`] : []),
      ...(to === undefined ? [] : [to.header]),
    ];
    const value = values.get(key);
    for (const name of names.map(toBytes)) {
      const first = came.first(name);
      const isRight =
        value === undefined ? first === undefined : came.count(name) === 1 && isSame(toBytes(value), first);
      if (isRight) continue;
      changed = true;
      if (value === undefined) map.remove(name);
      else map.replace(name, toBytes(value));
    }
  }
  return { entries: map.entries, changed };
}

function isSame(one: Uint8Array, two: Uint8Array | undefined): boolean {
  return two !== undefined && Buffer.compare(one, two) === 0;
}

function firstText(
  attribute: Attribute,
  read: (source: Source, ambiguous: Attribute['ambiguous']) => Uint8Array | undefined,
): string | undefined {
  const { from, default: fallback, ambiguous, maxLength = 256 } = attribute;
  const sources: readonly Source[] = fallback === undefined ? from : [...from, { literal: fallback }];
  for (const source of sources) {
    const value = read(source, ambiguous) ?? new Uint8Array();
    const text = govern(value, maxLength, source.header !== undefined);
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}

/**
 * The first characters of a value as a span may have it: what is ill-formed or a control character replaced,
 * quotes and backslashes too; undefined where something is to be replaced and may not be.
 */
export function govern(value: Uint8Array, maxLength: number, mayReplace: boolean): string | undefined {
  let text = '';
  for (let at = 0, count = 0; at < value.length && count < maxLength; count++) {
    const character = characterAt(value, at);
    const safe =
      character === undefined || /\p{Cc}/u.test(character) ? '\ufffd' : (SAFE.get(character) ?? character);
    if (safe !== character && !mayReplace) return undefined;
    text += safe;
    at += character === undefined ? 1 : toBytes(character).length;
  }
  return text;
}

/** The platform's decoder decides what is well-formed. */
function characterAt(value: Uint8Array, at: number): string | undefined {
  for (let size = 1; size <= 4 && at + size <= value.length; size++) {
    try {
      return decoder.decode(value.subarray(at, at + size));
    } catch {
      // Not a whole character yet, or never one.
    }
  }
  return undefined;
}
