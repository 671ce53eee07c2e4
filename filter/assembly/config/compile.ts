import { Trust } from '../govern/trust';
import { SEES_RESPONSES } from '../phases';
import { compileAttributes } from './attribute';
import { compileDebugRules, compileSampling } from './conditions';
import { addDefaultAttributes, defaultPlan } from './defaults';
import { Fields } from './fields';
import { writableHeader } from './header-name';
import { JsonKind } from './json';
import { JsonReader } from './json-reader';
import { Plan } from './plan';
import { Code, Problem } from './problems';
import { compileSpanNames } from './span-names';
import { split } from './split';
import { compileTrust } from './trust';

const FIELDS: string[] = split('attributes trust spanName sampling debugWhen traceId output strict', ' ');

const DEFAULTS_STAY: string = 'the default attributes stay in force';

/** Envoy hands a message that is no StringValue over in binary, which begins with a field's tag: a control character. */
function hint(text: string): string {
  const isBinary = text.charCodeAt(0) < 0x20 && !text.trimStart().startsWith('{');
  return isBinary ? ' (make `configuration` a google.protobuf.StringValue)' : '';
}

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
    const consequence = `${reader.where()}${hint(text)}; ${DEFAULTS_STAY}`;
    problems.push(new Problem(Code.NotJson, '$', reader.expected, reader.found(), consequence));
    const plan = defaultPlan();
    // Who wrote of trust meant to limit it, whatever the rest was to say.
    if (text.includes('"trust"')) plan.trust = new Trust(false);
    return plan;
  }
  const fields = new Fields(json, '$', problems, DEFAULTS_STAY);
  if (!fields.isRecord()) return defaultPlan();
  const plan = new Plan();
  fields.consequence = 'the field is ignored; mend its name';
  fields.only(FIELDS);
  fields.consequence = 'this is ignored, the rest works';
  plan.isStrict = fields.flag('strict');
  plan.writesHeaders = fields.either('output', 'header', 'filterState');
  compileSpanNames(fields, plan);
  if (plan.routes !== null) plan.reservedKeys = ['span_name', 'http.route'];
  if (json.get('sampling') !== null) plan.reservedKeys.push('sampled');
  compileTrust(fields, plan);
  fields.consequence = DEFAULTS_STAY;
  const attributes = fields.of('attributes', JsonKind.List);
  if (attributes === null) addDefaultAttributes(plan);
  else compileAttributes(attributes, plan, problems);
  fields.consequence = 'this is ignored, the rest works';
  compileSampling(fields, plan);
  compileDebugRules(fields, plan);
  compileTraceId(fields, plan);
  return plan;
}

/** Where the caller is told which trace its request is. */
function compileTraceId(root: Fields, plan: Plan): void {
  const json = root.of('traceId', JsonKind.Record);
  if (json === null) return;
  const fields = root.inner(json, 'traceId');
  if (!fields.only(['responseHeader']) || fields.requiredText('responseHeader') === null) return;
  const header = writableHeader(fields, 'responseHeader');
  if (SEES_RESPONSES) plan.traceIdHeader = header;
  else if (header !== null) fields.refuseResponse('responseHeader');
}
