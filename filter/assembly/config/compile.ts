import { compileAttribute } from './attribute';
import { defaultPlan } from './defaults';
import { Fields } from './fields';
import { Json, JsonKind, JsonReader } from './json';
import { Plan } from './plan';
import { Code, Problem } from './problems';

/** Most attributes of one plugin: each costs every request, and the bound keeps a mistake from costing a VM its memory. */
const MAX_ATTRIBUTES: i32 = 128;
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
  const fields = new Fields(json, '$', problems, DEFAULTS_STAY);
  if (!fields.isRecord()) return defaultPlan();
  fields.consequence = 'the field is ignored; mend its name';
  fields.only(['attributes']);
  fields.consequence = DEFAULTS_STAY;
  const attributes = fields.of('attributes', JsonKind.List);
  if (attributes === null) return defaultPlan();
  const plan = new Plan();
  compileAttributes(attributes, plan, problems);
  return plan;
}

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
