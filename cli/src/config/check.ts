/** meshspan.yaml against its schema: every mistake, each once, with its place and what to do about it. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { closest, distance } from 'fastest-levenshtein';
import schema from '../../meshspan.schema.json' with { type: 'json' };
import { type Mistake, type MistakeCode, pathText } from './mistakes.ts';
import type { Path, Source } from './source.ts';

type Found = Pick<Mistake, 'code' | 'expected' | 'got' | 'mend'> & {
  readonly path: Path;
  readonly of: 'key' | 'value';
};

/** The parts of a schema that messages are made of. */
interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

let compiled: ValidateFunction | undefined;
let filling: ValidateFunction | undefined;

function compile(useDefaults: boolean): ValidateFunction {
  // `strictTypes` and the like judge the schema, which has its own test; here they only cost time.
  return new Ajv2020({
    ...{ allErrors: true, verbose: true, strict: false, useDefaults },
    // 0.29 / 0.01 is 28.999999999999996.
    multipleOfPrecision: 6,
  }).compile(schema);
}

/** Every mistake that the schema finds, in the order of the file. */
export function checkSchema(source: Source): Mistake[] {
  compiled ??= compile(false);
  if (compiled(source.value)) return [];
  const found = withoutEchoes(compiled.errors ?? []).map((error) => explain(error, source.value));
  const seen = new Set<string>();
  const mistakes = found.map(
    ({ path, of, ...rest }): Mistake => ({
      ...{ file: source.file, ...source.position(path, of), path: pathText(path) },
      ...rest,
    }),
  );
  return mistakes
    .filter(({ path, code, expected }) => {
      const id = `${path} ${code} ${expected}`;
      return !seen.has(id) && seen.add(id);
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** A copy of a valid value with the schema's defaults in place of what is not there. */
export function withDefaults(value: unknown): unknown {
  filling ??= compile(true);
  const copy = structuredClone(value ?? {});
  filling(copy);
  return copy;
}

/**
 * Without what only says that another error is there: `if`, the branches of an `anyOf` or `oneOf` beside the
 * keyword itself, and a choice that failed because a name in the same object is unknown.
 */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const unknown = new Set(
    errors
      .filter(({ keyword }) => keyword === 'additionalProperties')
      .map(({ instancePath }) => instancePath),
  );
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  return errors.filter((error) => {
    if (error.keyword === 'if') return false;
    if (/\/(?:oneOf|anyOf)\/\d+\//.test(error.schemaPath)) {
      return !choices.some(({ instancePath }) => error.instancePath.startsWith(instancePath));
    }
    const isChoice = error.keyword === 'oneOf' || error.keyword === 'anyOf';
    // Of a value that is no mapping it is enough to say so.
    return !(isChoice && (unknown.has(error.instancePath) || !isMapping(error.data)));
  });
}

function explain(error: ErrorObject, root: unknown): Found {
  const path = pathOf(error.instancePath, root);
  const { keyword, params, parentSchema, data } = error;
  const about = parentSchema as Schema;
  const at = (code: MistakeCode, expected: string, mend: string, got = show(data)): Found => ({
    ...{ code, expected, got, mend, path, of: 'value' },
  });
  switch (keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownField(String(params.additionalProperty), Object.keys(about.properties ?? {}), path);
    case 'required':
    case 'dependentRequired': {
      const { missingProperty } = params as { missingProperty: string };
      const meaning = firstSentence((about.properties?.[missingProperty] as Schema | undefined)?.description);
      return at(
        'MESHSPAN_CONFIG_MISSING',
        `the field ${missingProperty}${meaning}`,
        `add ${missingProperty}`,
        'none',
      );
    }
    case 'type': {
      const type = String(params.type);
      return at('MESHSPAN_CONFIG_TYPE', typeExpected(type, about), typeMend(type, data, about));
    }
    case 'enum':
    case 'const': {
      const allowed = keyword === 'const' ? [params.allowedValue] : (params.allowedValues as unknown[]);
      const text = allowed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
      const near = typeof data === 'string' ? nearest(data, text) : undefined;
      const mend = near === undefined ? 'choose one of these' : `did you mean ${near}?`;
      return at('MESHSPAN_CONFIG_VALUE', `${text.length === 1 ? '' : 'one of '}${text.join(', ')}`, mend);
    }
    case 'oneOf': {
      const fields = Object.keys(about.properties ?? {}).filter((name) =>
        /^(?!type|payload|unverified)/.test(name),
      );
      const given = Object.keys((data as object) ?? {});
      const mend = given.length > 1 ? 'make each a source of its own in the list' : 'add one of them';
      return at(
        'MESHSPAN_CONFIG_VALUE',
        `exactly one of ${fields.join(', ')}`,
        mend,
        given.join(' and ') || 'none',
      );
    }
    case 'uniqueItems':
      return at('MESHSPAN_CONFIG_DUPLICATE', 'each once', `remove item ${params.i}`);
    case 'false schema':
      return at('MESHSPAN_CONFIG_CONFLICT', 'no such field beside the others here', 'remove one of them');
    case 'not':
      return at(
        'MESHSPAN_CONFIG_RESERVED',
        'a name or a source that meshspan does not need for itself',
        'choose another',
      );
    default:
      return at(
        'MESHSPAN_CONFIG_VALUE',
        expectedOf(keyword, error.message ?? '', about, params.limit),
        'change the value',
        Array.isArray(data) && keyword.endsWith('Items') ? String(data.length) : show(data),
      );
  }
}

function unknownField(name: string, known: readonly string[], path: Path): Found {
  const near = nearest(name, known);
  return {
    code: 'MESHSPAN_CONFIG_UNKNOWN',
    expected: `one of ${known.join(', ')}`,
    got: name,
    mend: near === undefined ? `remove ${name}` : `did you mean ${near}?`,
    path: [...path, name],
    of: 'key',
  };
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ object: 'fields (a mapping)', array: 'a list', string: 'a text', boolean: 'true or false' },
  ...{ integer: 'a whole number', number: 'a number' },
};

function typeExpected(type: string, { pattern, description }: Schema): string {
  const isOfAForm = type === 'string' && pattern !== undefined && description !== undefined;
  return isOfAForm ? description.replace(/\.$/, '') : (TYPES[type] ?? type);
}

function typeMend(type: string, data: unknown, { pattern }: Schema): string {
  if (type === 'string' && data !== null && typeof data !== 'object') {
    // Of a duration without its unit quotes would only make the next mistake.
    const fits = typeof pattern !== 'string' || new RegExp(pattern, 'u').test(String(data));
    return fits ? `put quotes around it: "${String(data)}"` : 'write it as a text of this form';
  }
  const [, number] = typeof data === 'string' ? (/^(\d+(?:\.\d+)?) ?%?$/.exec(data) ?? []) : [];
  if (number !== undefined && (type === 'number' || type === 'integer'))
    return `write ${TYPES[type]}: ${number}`;
  if (type === 'array') return 'make it a list: a line for each, which begins with a minus';
  return `write ${TYPES[type] ?? type}`;
}

const BOUNDS: Readonly<Record<string, (limit: string) => string>> = {
  maximum: (limit) => `at most ${limit}`,
  minimum: (limit) => `at least ${limit}`,
  maxItems: (limit) => `a list of at most ${limit}`,
  minItems: (limit) => `a list of at least ${limit}`,
  maxLength: (limit) => `at most ${limit} characters`,
  minLength: (limit) => `at least ${limit} characters`,
};

/** The schema says in words what a pattern is for; a number's bound is best said by itself. */
function expectedOf(keyword: string, message: string, { description }: Schema, limit: unknown): string {
  const isInWords = ['pattern', 'anyOf', 'minProperties', 'format'].includes(keyword) && description;
  if (isInWords) return description.replace(/ Since Envoy [\d.]+\.$/, '').replace(/\.$/, '');
  const bound = BOUNDS[keyword];
  return bound !== undefined
    ? bound(String(limit))
    : message.replace(/^must (?:be|NOT) /, (said) => (said.endsWith('NOT ') ? 'not to ' : ''));
}

function firstSentence(description: string | undefined): string {
  return description === undefined ? '' : `: ${description.split('. ')[0]}`;
}

/** A name that the given one is likely to be a slip of: not more than a third of it is otherwise. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const lower = name.toLowerCase();
  // Two letters that changed places (form, from) are two steps of the distance, too many for a short name.
  const anagram = known.find((other) => letters(other) === letters(name));
  if (anagram !== undefined) return anagram;
  const best = closest(
    lower,
    known.map((other) => other.toLowerCase()),
  );
  const found = known.find((other) => other.toLowerCase() === best) as string;
  return distance(lower, best) <= Math.max(1, Math.floor(found.length / 3)) ? found : undefined;
}

function letters(name: string): string {
  return [...name.toLowerCase()].sort().join('');
}

function isMapping(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}

function show(data: unknown): string {
  const text = data === undefined ? 'nothing' : JSON.stringify(data);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** A JSON Pointer (RFC 6901) as a path: only what is an index in the value becomes a number. */
function pathOf(pointer: string, root: unknown): Path {
  const path: (string | number)[] = [];
  let value: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const key = Array.isArray(value) ? Number(name) : name;
    path.push(key);
    value = (value as Record<string | number, unknown> | undefined)?.[key];
  }
  return path;
}
