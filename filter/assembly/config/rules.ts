import { environmentVariable } from '../abi/environment';
import { Bytes, currentTimeNanoseconds } from '../abi/host';
import { Rules } from '../govern/govern';
import { Pattern } from '../govern/pattern';
import { HmacKey } from '../govern/sha256';
import { DistinctValues, ValueSet } from '../govern/values';
import { describe, Fields, quoted } from './fields';
import { JsonKind } from './json';
import { Code } from './problems';

/** Names of an attribute's fields that are read here. */
export const RULE_FIELDS: string = 'lowercase pattern allow hash mask maxDistinct';

const MOST_ALLOWED: i32 = 1024;
const MOST_DISTINCT: i32 = 4096;
/** Of a hash at least so many hexadecimal digits are kept: fewer, and two users become one too often. */
const SHORTEST_HASH: i32 = 8;

/** The rules of an attribute beside its length; null when it has none. What is wrong is told of by `fields`. */
export function compileRules(fields: Fields): Rules | null {
  const rules = new Rules();
  rules.lowercase = fields.flag('lowercase');
  rules.pattern = compilePattern(fields);
  rules.allow = compileAllow(fields);
  const hashed = compileHash(fields, rules);
  rules.maskKeeps = fields.whole('mask', 'characters to keep', 0, 64, -1);
  if (hashed && rules.maskKeeps >= 0) {
    fields.refuse('mask', 'either hash or mask', 'both');
  }
  const most = fields.whole('maxDistinct', 'values', 1, MOST_DISTINCT, 0);
  // The time is a number that nobody outside knows to the nanosecond.
  if (most > 0) rules.distinct = new DistinctValues(most, currentTimeNanoseconds());
  const none =
    !rules.lowercase &&
    rules.pattern === null &&
    rules.allow === null &&
    !hashed &&
    rules.maskKeeps < 0 &&
    most == 0;
  return none ? null : rules;
}

function compilePattern(fields: Fields): Pattern | null {
  const json = fields.of('pattern', JsonKind.Text);
  if (json === null) return null;
  const pattern = new Pattern(json.text);
  if (pattern.problem.length == 0) return pattern;
  const expected = 'a pattern of characters, classes and counts';
  const where = `${fields.path}.pattern`;
  fields.tell(Code.WrongValue, where, expected, `"${json.text}": ${pattern.problem}`);
  return null;
}

function compileAllow(fields: Fields): ValueSet | null {
  const json = fields.of('allow', JsonKind.List);
  if (json === null) return null;
  const where = `${fields.path}.allow`;
  const expected = `a list of 1 to ${MOST_ALLOWED} texts`;
  if (json.items.length == 0 || json.items.length > MOST_ALLOWED) {
    fields.tell(Code.WrongValue, where, expected, `${json.items.length} items`);
    return null;
  }
  const values: Bytes[] = [];
  for (let i = 0; i < json.items.length; i++) {
    if (json.items[i].kind != JsonKind.Text) {
      fields.tell(Code.WrongType, `${where}[${i}]`, 'a text', describe(json.items[i]));
      return null;
    }
    values.push(String.UTF8.encode(json.items[i].text));
  }
  return new ValueSet(values);
}

/** True when the attribute is to be hashed. Without its key it is skipped: the plain value must not get out. */
function compileHash(fields: Fields, rules: Rules): bool {
  const json = fields.of('hash', JsonKind.Record);
  if (json === null) return false;
  const hash = new Fields(json, `${fields.path}.hash`, fields.problems, fields.consequence);
  if (hash.only(['algorithm', 'keyEnv', 'length'])) {
    const algorithm = hash.requiredText('algorithm');
    if (algorithm !== null && algorithm != 'hmac-sha256') {
      hash.refuse('algorithm', '"hmac-sha256"', quoted(algorithm));
    }
    rules.hashLength = hash.whole('length', 'hexadecimal digits', SHORTEST_HASH, 64, 64);
    const name = hash.requiredText('keyEnv');
    const key: string | null = name === null ? null : environmentVariable(name);
    if (key !== null && key.length > 0) {
      const bytes = String.UTF8.encode(key);
      rules.hashKey = new HmacKey(changetype<usize>(bytes), bytes.byteLength);
    } else if (name !== null) {
      const expected =
        'the name of an environment variable that is set in the VM (environment_variables, vmConfig.env)';
      hash.refuse('keyEnv', expected, quoted(name));
    }
  }
  if (hash.wrong) fields.wrong = true;
  return true;
}
