import { describe, Fields } from './fields';
import { Json, JsonKind } from './json';
import { Attribute, Plan, Source } from './plan';
import { Code, Problem } from './problems';
import { compileRules, RULE_FIELDS } from './rules';
import { compileSource, literal } from './source';

/** Most attributes of one plugin: each costs every request, and the bound keeps a mistake from costing a VM its memory. */
const MAX_ATTRIBUTES: i32 = 128;
/** Longest value of an attribute that sets no `maxLength`, in characters. */
const DEFAULT_MAX_LENGTH: i32 = 256;
/** Largest `maxLength`, in characters. */
const MAX_LENGTH: i32 = 4096;
/** Longest attribute key, in characters. */
const MAX_KEY_LENGTH: i32 = 128;
const SKIPPED: string = 'this attribute is skipped, the others work';
const FIELDS: string[] = ['key', 'from', 'default', 'maxLength', 'ambiguous'].concat(RULE_FIELDS);

/** Adds what the list `attributes` says to the plan. */
export function compileAttributes(attributes: Json, plan: Plan, problems: Problem[]): void {
  const items = min(attributes.items.length, MAX_ATTRIBUTES);
  if (items < attributes.items.length) {
    const expected = `at most ${MAX_ATTRIBUTES} attributes`;
    const consequence = 'those that are too many are skipped, the others work';
    const got = `${attributes.items.length}`;
    problems.push(new Problem(Code.WrongValue, '$.attributes', expected, got, consequence));
  }
  for (let i = 0; i < items; i++) {
    const attribute = compileAttribute(attributes.items[i], `$.attributes[${i}]`, plan, problems);
    if (attribute !== null) plan.attributes.push(attribute);
  }
}

/** An attribute of the configuration; null, and told of, where something is wrong with it. */
function compileAttribute(json: Json, path: string, plan: Plan, problems: Problem[]): Attribute | null {
  const fields = new Fields(json, path, problems, SKIPPED);
  // An unknown field skips the rule: what was meant may be a limit, and a value without it would leak.
  if (!fields.isRecord() || !fields.only(FIELDS)) return null;
  const key = compileKey(fields, plan);
  if (key === null) return null;
  const sources = compileSources(fields);
  if (sources === null) return null;
  const maxLength = fields.whole('maxLength', 'characters', 1, MAX_LENGTH, DEFAULT_MAX_LENGTH);
  const takesFirst = fields.either('ambiguous', 'first', 'reject');
  const rules = compileRules(fields);
  if (fields.wrong) return null;
  return new Attribute(key, String.UTF8.encode('meshspan.' + key), sources, maxLength, takesFirst, rules);
}

function compileKey(fields: Fields, plan: Plan): string | null {
  const key = fields.requiredText('key');
  if (key === null) return null;
  const where = `${fields.path}.key`;
  if (!isKey(key)) {
    fields.tell(Code.WrongValue, where, `1 to ${MAX_KEY_LENGTH} of a-z A-Z 0-9 . _ -`, `"${key}"`);
    return null;
  }
  for (let i = 0; i < plan.attributes.length; i++) {
    if (plan.attributes[i].key != key) continue;
    fields.tell(Code.WrongValue, where, 'a key used once', `"${key}" again`);
    return null;
  }
  return key;
}

/** The sources in their order, the default last: it is a source that always has a value. */
function compileSources(fields: Fields): Source[] | null {
  const from = fields.json.get('from');
  if (from === null || from.kind != JsonKind.List || from.items.length == 0) {
    const code = from === null ? Code.Missing : Code.WrongType;
    const got = from === null ? 'nothing' : describe(from);
    fields.tell(code, `${fields.path}.from`, 'a list of at least one source', got);
    return null;
  }
  const sources: Source[] = [];
  for (let i = 0; i < from.items.length; i++) {
    const source = compileSource(from.items[i], `${fields.path}.from[${i}]`, fields);
    if (source === null) return null;
    sources.push(source);
  }
  const fallback = fields.of('default', JsonKind.Text);
  if (fallback !== null) {
    const source = literal(fallback.text, `${fields.path}.default`, fields);
    if (source !== null) sources.push(source);
  }
  return fields.wrong ? null : sources;
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
