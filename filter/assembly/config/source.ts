import { Bytes } from '../abi/host';
import { NOT_TEXT, textLength } from '../govern/text';
import { describe, Fields } from './fields';
import { Json, JsonKind } from './json';
import { Source, SourceKind } from './plan';
import { Code } from './problems';

const KINDS: string[] = ['header', 'property', 'node', 'env', 'literal'];

/** One source is a record with one member: `{"header": "x-user-id"}`. Null, and told of, where it is wrong. */
export function compileSource(json: Json, path: string, attribute: Fields): Source | null {
  const fields = new Fields(json, path, attribute.problems, attribute.consequence);
  if (json.kind != JsonKind.Record || json.names.length != 1) {
    fields.tell(Code.WrongType, path, `a record with one of ${KINDS.join(', ')}`, describe(json));
    return null;
  }
  if (!fields.only(KINDS)) return null;
  const name = json.names[0];
  const text = fields.requiredText(name);
  if (text === null) return null;
  if (name == 'literal') return literal(text, `${path}.literal`, fields);
  if (name == 'env') return new Source(SourceKind.Environment, String.UTF8.encode(text));
  // Envoy keeps header names in lower case, and compares them as bytes.
  if (name == 'header') return new Source(SourceKind.Header, lowerCase(text));
  const property = name == 'node' ? 'xds.node.metadata.' + text : text;
  return new Source(SourceKind.Property, propertyPath(property));
}

/** A value that the configuration holds; it must be one that a request may set. */
export function literal(text: string, path: string, fields: Fields): Source | null {
  const bytes = String.UTF8.encode(text);
  if (textLength(changetype<usize>(bytes), bytes.byteLength, bytes.byteLength) != NOT_TEXT) {
    return new Source(SourceKind.Literal, bytes);
  }
  const expected = 'a text without control characters, quotes and backslashes';
  fields.tell(Code.WrongValue, path, expected, `the text "${text}"`);
  return null;
}

/** ASCII only, as header names are; `String.toLowerCase` carries 6 KiB of Unicode tables. */
function lowerCase(text: string): Bytes {
  const bytes = String.UTF8.encode(text);
  const start = changetype<usize>(bytes);
  for (let i = 0; i < bytes.byteLength; i++) {
    const c = load<u8>(start + i);
    if (c >= 0x41 && c <= 0x5a) store<u8>(start + i, c | 0x20);
  }
  return bytes;
}

/** Envoy separates the parts of a property's path by NUL (`Context::getProperty`). */
function propertyPath(path: string): Bytes {
  const bytes = String.UTF8.encode(path);
  const start = changetype<usize>(bytes);
  for (let i = 0; i < bytes.byteLength; i++) {
    if (load<u8>(start + i) == 0x2e) store<u8>(start + i, 0);
  }
  return bytes;
}
