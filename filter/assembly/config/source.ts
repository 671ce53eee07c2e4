import { Bytes } from '../abi/host';
import { NOT_TEXT, textLength } from '../govern/text';
import { PathTemplate } from '../read/path';
import { PeerPart } from '../read/peer';
import { describe, Fields } from './fields';
import { Json, JsonKind } from './json';
import { Source, SourceKind } from './plan';
import { Code } from './problems';
import { typeByName, typeOfProperty } from './property-types';

const KINDS: string[] = [
  'header',
  'cookie',
  'query',
  'path',
  'baggage',
  'property',
  'peer',
  'node',
  'env',
  'literal',
];
const PATH: Bytes = String.UTF8.encode(':path');
const COOKIE: Bytes = String.UTF8.encode('cookie');
const BAGGAGE: Bytes = String.UTF8.encode('baggage');
/** Signs that a token may have beside letters and digits. */
const SIGNS: string = "!#$%&'*+-.^_`|~";
/** Envoy's attribute with the SPIFFE id of the peer's certificate. */
const PEER: string = 'connection.uri_san_peer_certificate';

/** One source is a record with one member, `{"header": "x-user-id"}`; a property may have a `type` beside it. */
export function compileSource(json: Json, path: string, attribute: Fields): Source | null {
  const fields = new Fields(json, path, attribute.problems, attribute.consequence);
  const isRecord = json.kind == JsonKind.Record;
  const isTyped = isRecord && json.names.length == 2 && json.names.includes('property');
  const kind = isTyped ? 'property' : isRecord && json.names.length == 1 ? json.names[0] : '';
  if (kind == '') {
    fields.tell(Code.WrongType, path, `a record with one of ${KINDS.join(', ')}`, describe(json));
    return null;
  }
  if (!fields.only(isTyped ? ['property', 'type'] : KINDS)) return null;
  const text = fields.requiredText(kind);
  if (text === null) return null;
  const where = `${path}.${kind}`;
  if (kind == 'literal') return literal(text, where, fields);
  if (kind == 'path') return pathSource(text, where, fields);
  if (kind == 'peer') return peer(text, where, fields);
  if (kind == 'property') return property(text, fields);
  const name = String.UTF8.encode(text);
  if (kind == 'env') return new Source(SourceKind.Environment, name);
  if (kind == 'node') return new Source(SourceKind.Property, propertyPath('xds.node.metadata.' + text));
  if (kind == 'cookie') return new Source(SourceKind.Cookie, name, COOKIE);
  if (kind == 'baggage') return new Source(SourceKind.Baggage, name, BAGGAGE);
  if (kind == 'query') return new Source(SourceKind.Query, name, PATH);
  if (!isHeaderName(text)) {
    fields.tell(Code.WrongValue, where, 'the name of a header', `"${text}"`);
    return null;
  }
  // Envoy keeps header names in lower case, and compares them as bytes.
  return new Source(SourceKind.Header, name, lowerCase(text));
}

function property(text: string, fields: Fields): Source | null {
  let type = typeOfProperty(text);
  const named = fields.of('type', JsonKind.Text);
  if (named !== null) {
    type = typeByName(named.text);
    if (type < 0) {
      const expected = 'text, integer, number, boolean, timestamp or duration';
      fields.tell(Code.WrongValue, `${fields.path}.type`, expected, `"${named.text}"`);
    }
  }
  return fields.wrong ? null : new Source(SourceKind.Property, propertyPath(text), null, 0, type);
}

function pathSource(text: string, where: string, fields: Fields): Source | null {
  const template = new PathTemplate(text);
  if (template.problem.length == 0) {
    return new Source(SourceKind.Path, String.UTF8.encode(text), PATH, 0, 0, template);
  }
  const expected = 'a template with one named part, such as /tenants/{tenant}/**';
  fields.tell(Code.WrongValue, where, expected, `"${text}": ${template.problem}`);
  return null;
}

function peer(text: string, where: string, fields: Fields): Source | null {
  let part = PeerPart.TrustDomain;
  if (text == 'namespace') part = PeerPart.Namespace;
  else if (text == 'serviceAccount') part = PeerPart.ServiceAccount;
  else if (text != 'trustDomain') {
    fields.tell(Code.WrongValue, where, 'namespace, serviceAccount or trustDomain', `"${text}"`);
    return null;
  }
  return new Source(SourceKind.Peer, propertyPath(PEER), null, 0, part);
}

/** A token (RFC 9110, section 5.6.2), or a pseudo-header (RFC 9113, section 8.3): nothing else can ever come. */
function isHeaderName(text: string): bool {
  const start = text.startsWith(':') ? 1 : 0;
  if (text.length == start) return false;
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    const digit = c >= 0x30 && c <= 0x39;
    if (!letter && !digit && !SIGNS.includes(text.charAt(i))) return false;
  }
  return true;
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
