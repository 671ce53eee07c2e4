import { Bytes } from '../abi/host';
import { NOT_TEXT, textLength } from '../govern/text';
import { DEFAULT_MAX_LENGTH, defaultPlan } from './defaults';
import { Json, JsonKind, JsonReader } from './json';
import { Attribute, Plan, Source, SourceKind } from './plan';
import { Code, Problem } from './problems';

/** Largest `maxLength`, in characters. */
const MAX_LENGTH: f64 = 4096;
/** Most attributes of one plugin. Each costs every request; the bound also keeps a mistake from costing a VM its memory. */
const MAX_ATTRIBUTES: i32 = 128;
/** Longest attribute key, in characters. */
const MAX_KEY_LENGTH: i32 = 128;
const SKIPPED: string = 'this attribute is skipped, the others work';
const DEFAULTS_STAY: string = 'the default attributes stay in force';

/**
 * JSON text to a plan. What is wrong goes to `problems`; the plan holds the rules that are right, or the
 * default ones where the text as a whole cannot be used. An empty text is the default plan: Istio sends no
 * bytes for an empty `pluginConfig`.
 */
export function compile(text: string, problems: Problem[]): Plan {
  if (text.trim().length == 0) return defaultPlan();
  const reader = new JsonReader(text);
  const json = reader.read();
  if (json === null) {
    const consequence = `${reader.where()}; ${DEFAULTS_STAY}`;
    problems.push(new Problem(Code.NotJson, '$', reader.expected, reader.found(), consequence));
    return defaultPlan();
  }
  if (!isKind(json, JsonKind.Record, '$', DEFAULTS_STAY, problems)) return defaultPlan();
  refuseUnknown(json, ['attributes'], '$', 'the field is ignored; mend its name', problems);
  const attributes = json.get('attributes');
  if (attributes === null) return defaultPlan();
  if (!isKind(attributes, JsonKind.List, '$.attributes', DEFAULTS_STAY, problems)) return defaultPlan();
  const plan = new Plan();
  compileAttributes(attributes, plan, problems);
  return plan;
}

/** Adds what the list `attributes` says to the plan. */
export function compileAttributes(attributes: Json, plan: Plan, problems: Problem[]): void {
  const items = min(attributes.items.length, MAX_ATTRIBUTES);
  if (items < attributes.items.length) {
    const got = `${attributes.items.length}`;
    const consequence = 'those that are too many are skipped, the others work';
    const expected = `at most ${MAX_ATTRIBUTES} attributes`;
    problems.push(new Problem(Code.WrongValue, '$.attributes', expected, got, consequence));
  }
  for (let i = 0; i < items; i++) {
    const attribute = compileAttribute(attributes.items[i], `$.attributes[${i}]`, plan, problems);
    if (attribute !== null) plan.attributes.push(attribute);
  }
}

function compileAttribute(json: Json, path: string, plan: Plan, problems: Problem[]): Attribute | null {
  if (!isKind(json, JsonKind.Record, path, SKIPPED, problems)) return null;
  // An unknown field skips the rule: what was meant may be a limit, and a value without it would leak.
  if (!refuseUnknown(json, ['key', 'from', 'default', 'maxLength', 'ambiguous'], path, SKIPPED, problems))
    return null;

  const key = requiredText(json, 'key', path, problems);
  if (key === null) return null;
  if (!isKey(key)) {
    const expected = `1 to ${MAX_KEY_LENGTH} of a-z A-Z 0-9 . _ -`;
    problems.push(new Problem(Code.WrongValue, `${path}.key`, expected, `"${key}"`, SKIPPED));
    return null;
  }
  for (let i = 0; i < plan.attributes.length; i++) {
    if (plan.attributes[i].key == key) {
      problems.push(
        new Problem(Code.WrongValue, `${path}.key`, 'a key used once', `"${key}" again`, SKIPPED),
      );
      return null;
    }
  }

  const from = json.get('from');
  if (from === null || from.kind != JsonKind.List || from.items.length == 0) {
    const code = from === null ? Code.Missing : Code.WrongType;
    const got = from === null ? 'nothing' : describe(from);
    problems.push(new Problem(code, `${path}.from`, 'a list of at least one source', got, SKIPPED));
    return null;
  }
  const sources: Source[] = [];
  for (let i = 0; i < from.items.length; i++) {
    const source = compileSource(from.items[i], `${path}.from[${i}]`, problems);
    if (source === null) return null;
    sources.push(source);
  }

  const fallback = json.get('default');
  if (fallback !== null) {
    if (!isKind(fallback, JsonKind.Text, `${path}.default`, SKIPPED, problems)) return null;
    // A default is a source that always has a value.
    const source = literal(fallback, `${path}.default`, problems);
    if (source === null) return null;
    sources.push(source);
  }

  let maxLength = DEFAULT_MAX_LENGTH;
  const limit = json.get('maxLength');
  if (limit !== null) {
    if (
      limit.kind != JsonKind.Number ||
      !(limit.number >= 1 && limit.number <= MAX_LENGTH) ||
      limit.number != Math.floor(limit.number)
    ) {
      const expected = `a whole number of characters from 1 to ${<i32>MAX_LENGTH}`;
      problems.push(new Problem(Code.WrongValue, `${path}.maxLength`, expected, describe(limit), SKIPPED));
      return null;
    }
    maxLength = <i32>limit.number;
  }

  let takesFirst = false;
  const ambiguous = json.get('ambiguous');
  if (ambiguous !== null) {
    takesFirst = ambiguous.kind == JsonKind.Text && ambiguous.text == 'first';
    if (!takesFirst && !(ambiguous.kind == JsonKind.Text && ambiguous.text == 'reject')) {
      const where = `${path}.ambiguous`;
      problems.push(new Problem(Code.WrongValue, where, '"reject" or "first"', describe(ambiguous), SKIPPED));
      return null;
    }
  }
  return new Attribute(key, String.UTF8.encode('meshspan.' + key), sources, maxLength, takesFirst);
}

/** One source is a record with one member: `{"header": "x-user-id"}`. */
function compileSource(json: Json, path: string, problems: Problem[]): Source | null {
  if (json.kind != JsonKind.Record || json.names.length != 1) {
    problems.push(
      new Problem(
        Code.WrongType,
        path,
        'a record with one of header, property, node, literal',
        describe(json),
        SKIPPED,
      ),
    );
    return null;
  }
  if (!refuseUnknown(json, ['header', 'property', 'node', 'literal'], path, SKIPPED, problems)) return null;
  const name = json.names[0];
  const text = requiredText(json, name, path, problems);
  if (text === null) return null;
  if (name == 'literal') return literal(json.items[0], `${path}.literal`, problems);
  // Envoy keeps header names in lower case, and compares them as bytes.
  if (name == 'header') return new Source(SourceKind.Header, lowerCase(text));
  const property = name == 'node' ? 'xds.node.metadata.' + text : text;
  return new Source(SourceKind.Property, propertyPath(property));
}

/** A value that the configuration holds; it must be one that a request may set. */
function literal(json: Json, path: string, problems: Problem[]): Source | null {
  const bytes = String.UTF8.encode(json.text);
  if (textLength(changetype<usize>(bytes), bytes.byteLength, bytes.byteLength) != NOT_TEXT) {
    return new Source(SourceKind.Literal, bytes);
  }
  const expected = 'a text without control characters';
  problems.push(new Problem(Code.WrongValue, path, expected, describe(json), SKIPPED));
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

/** Letters that need no quoting in an Envoy command operator (`%FILTER_STATE(wasm.meshspan.key:PLAIN)%`). */
function isKey(key: string): bool {
  if (key.length == 0 || key.length > MAX_KEY_LENGTH) return false;
  for (let i = 0; i < key.length; i++) {
    const c = key.charCodeAt(i);
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    const digit = c >= 0x30 && c <= 0x39;
    if (!letter && !digit && c != 0x2e && c != 0x5f && c != 0x2d) return false;
  }
  return true;
}

/** The text of a field that must be there and not be empty; null and a problem where it is not. */
function requiredText(json: Json, name: string, path: string, problems: Problem[]): string | null {
  const value = json.get(name);
  const where = `${path}.${name}`;
  if (value === null) {
    problems.push(new Problem(Code.Missing, where, 'a text', 'nothing', SKIPPED));
    return null;
  }
  if (!isKind(value, JsonKind.Text, where, SKIPPED, problems)) return null;
  if (value.text.length > 0) return value.text;
  problems.push(new Problem(Code.WrongValue, where, 'a text of at least one character', '""', SKIPPED));
  return null;
}

function isKind(json: Json, kind: JsonKind, path: string, consequence: string, problems: Problem[]): bool {
  if (json.kind == kind) return true;
  problems.push(new Problem(Code.WrongType, path, kindName(kind), describe(json), consequence));
  return false;
}

function refuseUnknown(
  json: Json,
  known: string[],
  path: string,
  consequence: string,
  problems: Problem[],
): bool {
  for (let i = 0; i < json.names.length; i++) {
    if (known.includes(json.names[i])) continue;
    const where = `${path}.${json.names[i]}`;
    problems.push(
      new Problem(Code.Unknown, where, `one of ${known.join(', ')}`, 'an unknown field', consequence),
    );
    return false;
  }
  return true;
}

function kindName(kind: JsonKind): string {
  if (kind == JsonKind.Text) return 'a text';
  if (kind == JsonKind.Number) return 'a number';
  if (kind == JsonKind.List) return 'a list';
  if (kind == JsonKind.Record) return 'a record';
  return kind == JsonKind.Boolean ? 'true or false' : 'null';
}

function describe(json: Json): string {
  if (json.kind == JsonKind.Text) return `the text "${json.text}"`;
  if (json.kind == JsonKind.Number) return `the number ${json.text}`;
  if (json.kind == JsonKind.Record && json.names.length != 1)
    return `a record of ${json.names.length} fields`;
  return kindName(json.kind);
}
