import { Bytes } from '../abi/host';
import { NOT_TEXT, textLength } from '../govern/text';
import { SEES_RESPONSES } from '../phases';
import { PropertyType } from '../read/decode';
import { PathTemplate } from '../read/path';
import { PeerPart } from '../read/peer';
import { describe, Fields, quoted } from './fields';
import { isHeaderName, isToken, lowerCase } from './header-name';
import { Json, JsonKind } from './json';
import { Source, SourceKind } from './plan';
import { Code } from './problems';
import { typeByName, typeOfProperty } from './property-types';
import { split } from './split';

const KINDS: string[] = split(
  'header cookie query path baggage property peer node env literal jwt responseHeader responseCode ' +
    'flags duration',
  ' ',
);
/** Fields beside a source's own. */
const PROPERTY_FIELDS: string[] = ['property', 'type'];
const JWT_FIELDS: string[] = split('jwt type payloadInMetadata unverified', ' ');
const PATH: Bytes = String.UTF8.encode(':path');
const COOKIE: Bytes = String.UTF8.encode('cookie');
const BAGGAGE: Bytes = String.UTF8.encode('baggage');
const AUTHORIZATION: Bytes = String.UTF8.encode('authorization');
const STATUS: Bytes = String.UTF8.encode(':status');
/** Where Envoy's jwt_authn filter leaves what it has verified, and the name that Istio gives the payload there. */
const VERIFIED: string = 'metadata\0filter_metadata\0envoy.filters.http.jwt_authn\0';
const PAYLOAD: string = 'payload';
/** Beginnings of properties: what the caller says, and what only the response phase knows. */
const REQUEST: string = 'request.';
const RESPONSE: string = 'response.';
const UPSTREAM: string = 'upstream.';
/** Envoy's attribute with the SPIFFE id of the peer's certificate. */
const PEER: string = 'connection.uri_san_peer_certificate';

/** One source is a record with one member, `{"header": "x-user-id"}`; a property and a claim may have more beside it. */
export function compileSource(json: Json, path: string, attribute: Fields): Source | null {
  const fields = new Fields(json, path, attribute.problems, attribute.consequence);
  const kind = kindOf(json);
  if (kind == '') {
    fields.tell(Code.WrongType, path, `a record with one of ${KINDS.join(', ')}`, describe(json));
    return null;
  }
  const names = kind == 'property' ? PROPERTY_FIELDS : kind == 'jwt' ? JWT_FIELDS : KINDS;
  if (!fields.only(names)) return null;
  const source = kind == 'jwt' ? claim(fields) : isFact(kind) ? fact(kind, fields) : named(kind, fields);
  if (!SEES_RESPONSES && source !== null && source.isOfResponse) fields.refuseResponse(kind);
  if (source === null || fields.wrong) return null;
  const header = source.header;
  if (header !== null) source.isClientSaid = source.isText = true;
  return source;
}

/** The member that says what a source is; empty where it cannot be told. */
function kindOf(json: Json): string {
  if (json.kind != JsonKind.Record || json.names.length == 0) return '';
  if (json.names.length == 1) return json.names[0];
  if (json.names[0] == json.names[json.names.length - 1]) return '';
  if (json.names.includes('property')) return json.names.length == 2 ? 'property' : '';
  return json.names.includes('jwt') && json.names.length <= JWT_FIELDS.length ? 'jwt' : '';
}

/** Sources that have no name, but are there or not. */
function isFact(kind: string): bool {
  return kind == 'responseCode' || kind == 'flags' || kind == 'duration';
}

function fact(kind: string, fields: Fields): Source | null {
  if (!fields.flag(kind)) {
    if (!fields.wrong) fields.refuse(kind, 'true', 'false');
    return null;
  }
  if (kind == 'flags') return ofResponse(new Source(SourceKind.ResponseFlags, STATUS));
  if (kind == 'duration') return ofResponse(new Source(SourceKind.Duration, STATUS));
  // Of a local reply too the header is right.
  return ofResponse(new Source(SourceKind.ResponseHeader, STATUS));
}

function ofResponse(source: Source): Source {
  source.isOfResponse = true;
  return source;
}

function named(kind: string, fields: Fields): Source | null {
  const text = fields.requiredText(kind);
  if (text === null) return null;
  const where = `${fields.path}.${kind}`;
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
  const isOfResponse = kind == 'responseHeader';
  if (!(isOfResponse ? isToken(text) : isHeaderName(text))) {
    fields.tell(Code.WrongValue, where, 'the name of a header', quoted(text));
    return null;
  }
  // Envoy keeps header names in lower case, and compares them as bytes.
  if (!isOfResponse) return new Source(SourceKind.Header, name, lowerCase(text));
  const source = ofResponse(new Source(SourceKind.ResponseHeader, lowerCase(text)));
  source.isText = true;
  return source;
}

function property(text: string, fields: Fields): Source | null {
  const type = typeOf(fields, typeOfProperty(text));
  const source = new Source(SourceKind.Property, propertyPath(text), null, 0, type);
  source.isClientSaid = text.startsWith(REQUEST);
  source.isOfResponse = text.startsWith(RESPONSE) || text.startsWith(UPSTREAM);
  return source;
}

/** The type that `type` names; `absent` where it is not there. */
function typeOf(fields: Fields, absent: i32): i32 {
  const named = fields.of('type', JsonKind.Text);
  if (named === null) return absent;
  const type = typeByName(named.text);
  if (type < 0) {
    const expected = 'text, integer, number, boolean, timestamp or duration';
    fields.refuse('type', expected, quoted(named.text));
  }
  return type;
}

/** A claim of a JWT, by a path with dots or by a list of its parts: names of claims may hold dots. */
function claim(fields: Fields): Source | null {
  const path = claimPath(fields);
  if (path.length == 0) return null;
  const payload = fields.json.get('payloadInMetadata');
  const type = fields.json.get('type');
  if (fields.flag('unverified')) {
    if (payload !== null || type !== null) {
      const expected = 'neither type nor payloadInMetadata beside unverified';
      fields.tell(Code.WrongValue, fields.path, expected, 'one of them');
    }
    return new Source(SourceKind.Token, String.UTF8.encode(path), AUTHORIZATION);
  }
  let name: string | null = PAYLOAD;
  if (payload !== null) name = fields.requiredText('payloadInMetadata');
  if (name === null) return null;
  const bytes = String.UTF8.encode(VERIFIED + name + '\0' + path);
  return new Source(SourceKind.Claim, bytes, null, 0, typeOf(fields, PropertyType.Text));
}

/** The parts of a claim's path with NUL in between; empty, and told of, where it is none. */
function claimPath(fields: Fields): string {
  const json = fields.json.get('jwt')!;
  const parts = json.kind == JsonKind.Text ? split(json.text, '.') : [];
  let isRight = json.kind == JsonKind.Text || (json.kind == JsonKind.List && json.items.length > 0);
  for (let i = 0; i < json.items.length; i++) {
    if (json.items[i].kind == JsonKind.Text) parts.push(json.items[i].text);
    else isRight = false;
  }
  if (isRight && !parts.includes('')) return parts.join('\0');
  const expected = 'the name of a claim, names with dots in between, or a list of names';
  fields.refuse('jwt', expected, describe(json));
  return '';
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
    fields.tell(Code.WrongValue, where, 'namespace, serviceAccount or trustDomain', quoted(text));
    return null;
  }
  return new Source(SourceKind.Peer, propertyPath(PEER), null, 0, part);
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

/** Envoy separates the parts of a property's path by NUL (`Context::getProperty`). */
function propertyPath(path: string): Bytes {
  const bytes = String.UTF8.encode(path);
  const start = changetype<usize>(bytes);
  for (let i = 0; i < bytes.byteLength; i++) {
    if (load<u8>(start + i) == 0x2e) store<u8>(start + i, 0);
  }
  return bytes;
}
