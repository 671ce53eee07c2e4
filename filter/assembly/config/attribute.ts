import { SEES_RESPONSES } from '../phases';
import { MAX_ATTRIBUTES } from '../write/written';
import { describe, Fields, quoted } from './fields';
import { isToken, lowerCase } from './header-name';
import { Json, JsonKind } from './json';
import { Attribute, Plan, Source } from './plan';
import { Code, Problem } from './problems';
import { compileRules, RULE_FIELDS } from './rules';
import { compileSource, literal } from './source';
import { split } from './split';
import { compileTargets } from './targets';

/** Longest value of an attribute that sets no `maxLength`, in characters. */
const DEFAULT_MAX_LENGTH: i32 = 256;
/** Largest `maxLength`, in characters. */
const MAX_LENGTH: i32 = 4096;
/** Longest attribute key, in characters. */
const MAX_KEY_LENGTH: i32 = 128;
const SKIPPED: string = 'this attribute is skipped, the others work';
const FIELDS: string[] = split('key from default maxLength ambiguous identity to ' + RULE_FIELDS, ' ');
/** Keys whose first part is one of these say who somebody is (OpenTelemetry's registry of attributes), unless `identity` says otherwise. */
const IDENTITIES: string[] = split('user enduser tenant', ' ');
/** What `trust` writes, behind the key of an attribute. */
export const TRUST_MARK: string = '.trust';
/** Header of an attribute for Envoys before 1.37, with its key behind. */
const OUTPUT_HEADER: string = 'x-meshspan-';

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
    else if (plan.trust !== null) denySkipped(attributes.items[i], plan);
  }
}

/** An attribute of the configuration; null, and told of, where something is wrong with it. */
function compileAttribute(json: Json, path: string, plan: Plan, problems: Problem[]): Attribute | null {
  const fields = new Fields(json, path, problems, SKIPPED);
  // An unknown field skips the rule: what was meant may be a limit, and a value without it would leak.
  if (!fields.isRecord() || !fields.only(FIELDS)) return null;
  const key = compileKey(fields, plan);
  if (key === null) return null;
  const from = compileSources(fields);
  if (from === null) return null;
  const maxLength = fields.whole('maxLength', 'characters', 1, MAX_LENGTH, DEFAULT_MAX_LENGTH);
  const takesFirst = fields.either('ambiguous', 'first', 'reject');
  const rules = compileRules(fields);
  const stateKey = String.UTF8.encode('meshspan.' + key);
  const attribute = new Attribute(key, stateKey, from, maxLength, takesFirst, rules);
  if (SEES_RESPONSES) divide(from, attribute, fields);
  attribute.isIdentity = fields.json.get('identity') === null ? isIdentity(key) : fields.flag('identity');
  attribute.targets = compileTargets(fields, key, fields.whole('maxDistinct', 'values', 1, 4096, 0));
  if (attribute.targets !== null) plan.isPlain = false;
  checkTargets(attribute, plan, fields);
  if (SEES_RESPONSES) checkPhase(attribute, plan, fields);
  if (plan.writesHeaders) attribute.outputHeader = lowerCase(OUTPUT_HEADER + key);
  return fields.wrong ? null : attribute;
}

/** What strangers may not say stays so where a mistake has an identity attribute skipped. */
function denySkipped(json: Json, plan: Plan): void {
  const key = json.get('key');
  const from = json.get('from');
  const isMeant = json.get('identity') !== null || (key !== null && isIdentity(key.text));
  if (!isMeant) return;
  const to = json.get('to');
  if (to !== null) denyHeader(to.get('header'), plan);
  for (let i = 0; from !== null && i < from.items.length; i++) denyHeader(from.items[i].get('header'), plan);
}

function denyHeader(json: Json | null, plan: Plan): void {
  if (json !== null && isToken(json.text)) plan.deniedHeaders.push(lowerCase(json.text));
}

function isIdentity(key: string): bool {
  const dot = key.indexOf('.');
  return IDENTITIES.includes(dot < 0 ? key : key.substring(0, dot));
}

/** Sources of the request stand first: they are read first, and the first one with a value counts. */
function divide(from: Source[], attribute: Attribute, fields: Fields): void {
  let first = 0;
  while (first < from.length && !from[first].isOfResponse) first++;
  if (first == from.length) return;
  attribute.responseSources = from.splice(first);
  for (let i = 0; i < attribute.responseSources.length; i++) {
    if (attribute.responseSources[i].header === null) continue;
    const expected = 'sources of the request in front of those of the response';
    fields.tell(Code.WrongValue, `${fields.path}.from[${first + i}]`, expected, 'one behind them');
  }
}

/** Two attributes that write the same would undo each other. */
function checkTargets(attribute: Attribute, plan: Plan, fields: Fields): void {
  const targets = attribute.targets;
  if (targets === null) return;
  for (let i = 0; i < plan.attributes.length; i++) {
    const other = plan.attributes[i].targets;
    if (other === null || !targets.meets(other)) continue;
    fields.refuse('to', 'what no other attribute writes', `what ${plan.attributes[i].key} writes`);
  }
}

/** What the response brings is too late for the request. */
function checkPhase(attribute: Attribute, plan: Plan, fields: Fields): void {
  if (attribute.responseSources.length == 0) return;
  const targets = attribute.targets;
  const isTooLate = targets !== null && (targets.header !== null || targets.baggageMember !== null);
  if (!isTooLate && !plan.writesHeaders) return;
  const where = isTooLate ? `${fields.path}.to` : `${fields.path}.from`;
  const expected = isTooLate ? 'responseHeader or metric' : 'sources of the request, as output is header';
  fields.tell(Code.WrongValue, where, expected, 'a source of the response, which is too late for it');
}

function compileKey(fields: Fields, plan: Plan): string | null {
  const key = fields.requiredText('key');
  if (key === null) return null;
  const where = `${fields.path}.key`;
  if (plan.reservedKeys.includes(key) || (plan.trust !== null && key.endsWith(TRUST_MARK))) {
    fields.tell(Code.WrongValue, where, 'a key that spanName, sampling or trust does not set', quoted(key));
    return null;
  }
  if (!isKey(key)) {
    fields.tell(Code.WrongValue, where, `1 to ${MAX_KEY_LENGTH} of a-z A-Z 0-9 . _ -`, quoted(key));
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
