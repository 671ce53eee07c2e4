import { LogLevel } from '../abi/status';
import { ValueSet } from '../govern/values';
import { When } from '../govern/when';
import { describe, Fields, quoted } from './fields';
import { writableHeader } from './header-name';
import { Json, JsonKind } from './json';
import { DebugRule, Plan, Sampling } from './plan';
import { Code } from './problems';
import { split } from './split';

/** Rules of a list, and values of one attribute in a condition. */
const MOST_RULES: i32 = 64;
const MARKER: string = 'x-meshspan-sampled';
const LEVELS: string[] = split('trace debug info warn error', ' ');

/** Which requests are sampled whatever the percentage is. */
export function compileSampling(root: Fields, plan: Plan): void {
  const json = root.of('sampling', JsonKind.Record);
  if (json === null) return;
  const fields = root.inner(json, 'sampling');
  if (!fields.only(['always', 'header'])) return;
  const named = writableHeader(fields, 'header');
  const sampling = new Sampling(named !== null ? named : String.UTF8.encode(MARKER));
  const rules = fields.list('always', MOST_RULES);
  if (rules === null) return;
  for (let i = 0; i < rules.items.length; i++) {
    const rule = fields.item(rules.items[i], 'always', i);
    if (!rule.isRecord() || !rule.only(['when'])) continue;
    const when = compileWhen(rule, plan);
    if (when !== null) sampling.rules.push(when);
  }
  if (!fields.wrong) plan.sampling = sampling;
}

/** Which requests are logged. */
export function compileDebugRules(root: Fields, plan: Plan): void {
  if (root.json.get('debugWhen') === null) return;
  const rules = root.list('debugWhen', MOST_RULES);
  if (rules === null) return;
  for (let i = 0; i < rules.items.length; i++) {
    const rule = root.item(rules.items[i], 'debugWhen', i);
    if (!rule.isRecord() || !rule.only(['when', 'logLevel'])) continue;
    let level = <i32>LogLevel.Info;
    if (rule.json.get('logLevel') !== null) {
      const name = rule.requiredText('logLevel');
      if (name === null) continue;
      level = LEVELS.indexOf(name);
      if (level < 0) {
        rule.refuse('logLevel', `one of ${LEVELS.join(', ')}`, quoted(name));
        continue;
      }
    }
    const when = compileWhen(rule, plan);
    if (when !== null) plan.debugRules.push(new DebugRule(when, level));
  }
}

/** A condition: a record of attributes, each with the value or the values that it may have. */
function compileWhen(rule: Fields, plan: Plan): When | null {
  const json = rule.of('when', JsonKind.Record);
  if (json === null || json.names.length == 0) {
    if (!rule.wrong) {
      rule.tell(Code.Missing, `${rule.path}.when`, 'a record of at least one attribute', 'nothing');
    }
    return null;
  }
  const fields = rule.inner(json, 'when');
  const when = new When();
  for (let i = 0; i < json.names.length; i++) {
    const key = json.names[i];
    const index = plan.indexOf(key);
    if (index < 0 || plan.attributes[index].responseSources.length > 0) {
      const expected = 'the key of an attribute that the request has';
      fields.tell(Code.WrongValue, fields.path, expected, quoted(key));
      continue;
    }
    const values = compileValues(json.items[i], `${fields.path}.${key}`, fields);
    if (values !== null) when.add(index, values);
  }
  return fields.wrong ? null : when;
}

function compileValues(json: Json, path: string, fields: Fields): ValueSet | null {
  const texts: string[] = [];
  if (json.kind == JsonKind.Text) texts.push(json.text);
  else if (json.kind == JsonKind.List && json.items.length <= MOST_RULES) {
    for (let i = 0; i < json.items.length; i++) {
      if (json.items[i].kind == JsonKind.Text) texts.push(json.items[i].text);
    }
    if (texts.length < json.items.length) texts.length = 0;
  }
  if (texts.length > 0 && !texts.includes('')) return ValueSet.of(texts);
  fields.tell(Code.WrongValue, path, `a text, or a list of 1 to ${MOST_RULES} texts`, describe(json));
  return null;
}
