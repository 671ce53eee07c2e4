import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterModule, ISTIO_NODE, PLUGIN } from '../filter.ts';
import { ProxyProcess } from '../proxy/proxy-process.ts';
import { changedDocument } from './changes.ts';
import { ENVIRONMENT, validDocument } from './documents.ts';
import { EDGES } from './edges.ts';
import { FEATURE_EDGES } from './feature-edges.ts';
import { attribute, KNOWN_DIFFERENCES, knownDifference } from './known.ts';
import { anyPath, anyPattern, anySpanName } from './near-texts.ts';
import { ROOT_EDGES } from './root-edges.ts';
import { TEXT_EDGES } from './texts.ts';

type Schema = Record<string, unknown>;

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(read('filter/schema.json')) as Schema;
const validate = compile(schema);

/** Ajv's strict mode also refuses keywords that are misspelt or could never apply. */
function compile(schema: Schema, strict = true): ValidateFunction {
  const options = { strict, validateSchema: strict, strictRequired: false, strictTypes: false };
  return new Ajv2020(options).compile(schema);
}

const ALL_EDGES = [...EDGES, ...TEXT_EDGES, ...FEATURE_EDGES, ...ROOT_EDGES];

/** What the filter logs of a configuration; nothing of one that is right. A strict one with a mistake it refuses. */
function problems(text: string): string[] {
  const proxy = new ProxyProcess(ISTIO_NODE, ENVIRONMENT);
  const vm = proxy.startVm(filterModule);
  const isTaken = vm.configure(vm.createRoot(PLUGIN), text);
  const told = proxy.log.map(({ message }) => message);
  const isStrict = (JSON.parse(text) as { strict?: unknown } | null)?.strict === true;
  if (isTaken === (isStrict && told.length > 0)) throw new Error(`${text}: taken ${isTaken}, told ${told}`);
  return told;
}

const textOf = (document: unknown): string =>
  typeof document === 'string' && document.startsWith('{') ? document : JSON.stringify(document);

type Verdict = 'valid' | 'invalid' | 'known difference';

/** What the filter and the schema both say of a document; throws where they do not agree. */
function verdict(text: string, pattern?: string): Verdict {
  const told = problems(text);
  const valid = validate(JSON.parse(text));
  if (valid === (told.length === 0)) return valid ? 'valid' : 'invalid';
  if (valid && told.every((message) => knownDifference(message, pattern) !== undefined)) {
    return 'known difference';
  }
  const says = valid ? 'right' : JSON.stringify(validate.errors);
  throw new Error(`${text}\nfilter: ${told.join('\n') || 'right'}\nschema: ${says}`);
}

/** How often each verdict was given to documents of a kind. */
function verdicts(documents: fc.Arbitrary<unknown>, numRuns: number): Record<Verdict, number> {
  const counts = { valid: 0, invalid: 0, 'known difference': 0 };
  fc.assert(
    fc.property(documents, (document) => {
      counts[verdict(JSON.stringify(document))]++;
    }),
    { numRuns },
  );
  return counts;
}

describe("the filter's parser and filter/schema.json say the same of", () => {
  test.each(ALL_EDGES)('%s', (_, document, valid) => {
    expect(verdict(textOf(document))).toBe(valid ? 'valid' : 'invalid');
  });

  test('2,000 right configurations', () => {
    expect(verdicts(validDocument, 2000)).toEqual({ valid: 2000, invalid: 0, 'known difference': 0 });
  });

  test('4,000 configurations with one or two changes, of which many are wrong and some right', () => {
    const counts = verdicts(changedDocument, 4000);
    expect(counts.invalid).toBeGreaterThan(1000);
    expect(counts.valid).toBeGreaterThan(500);
    expect(counts['known difference']).toBeLessThan(150);
  });

  test('2,000 texts each that are nearly patterns, path templates, templates of span names', () => {
    const counts = { valid: 0, invalid: 0, 'known difference': 0 };
    const patterns = fc.property(anyPattern, (pattern) => {
      counts[verdict(JSON.stringify(attribute({ pattern })), pattern)]++;
    });
    fc.assert(patterns, { numRuns: 2000 });
    const paths = fc.property(anyPath, (path) => {
      counts[verdict(JSON.stringify(attribute({ from: [{ path }] })))]++;
    });
    fc.assert(paths, { numRuns: 2000 });
    const spanNames = fc.property(anySpanName, (text) => {
      counts[verdict(JSON.stringify({ spanName: [text] }))]++;
    });
    fc.assert(spanNames, { numRuns: 2000 });
    expect(counts.invalid).toBeGreaterThan(1000);
    expect(counts.valid).toBeGreaterThan(200);
  });
});

describe('what only the filter can say', () => {
  test.each(KNOWN_DIFFERENCES)('$what', ({ example, message }) => {
    expect(validate(JSON.parse(example))).toBe(true);
    expect(problems(example)).toEqual([expect.stringMatching(message)]);
  });
});

/** Says nothing of what is right. */
const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'default', 'examples', '$defs']);
/** Says nothing either, as what is no record fails `oneOf`, but an editor's message is better with it. */
const REDUNDANT = '#/$defs/source type';
/** Keywords that are schemas. */
const SCHEMA = new Set(['items', 'additionalProperties', 'if', 'then', 'not', 'contains']);
/** Keywords whose members are schemas, by name or by number. */
const OF_SCHEMAS = new Set(['properties', '$defs', 'dependentSchemas', 'anyOf', 'oneOf', 'allOf']);

/** The schemas that a schema holds, itself first, each with its place. */
function* schemasIn(schema: Schema, place = '#'): Generator<[place: string, schema: Schema]> {
  yield [place, schema];
  for (const [keyword, value] of Object.entries(schema)) {
    if (SCHEMA.has(keyword) && typeof value === 'object') {
      yield* schemasIn(value as Schema, `${place}/${keyword}`);
    }
    if (!OF_SCHEMAS.has(keyword)) continue;
    for (const [name, inner] of Object.entries(value as Record<string, Schema | boolean>)) {
      if (typeof inner === 'object') yield* schemasIn(inner, `${place}/${keyword}/${name}`);
    }
  }
}

// A bound that no document above reaches could be wrong without being noticed.
describe('each word of the schema is held by a document:', () => {
  const told = ALL_EDGES.map(([, document, valid]) => {
    return { json: JSON.parse(textOf(document)) as unknown, valid };
  });
  const held = (changed: Schema): boolean => {
    const validate = compile(changed, false);
    return told.some(({ json, valid }) => validate(json) !== valid);
  };
  const places = [...schemasIn(schema)].map(([place]) => place);

  test.each(places)('%s', (place) => {
    const without = (change: (schema: Schema) => void): Schema => {
      const copy = structuredClone(schema);
      for (const [at, inner] of schemasIn(copy)) if (at === place) change(inner);
      return copy;
    };
    const [, original] = [...schemasIn(schema)].find(([at]) => at === place) ?? [];
    for (const [keyword, value] of Object.entries(original ?? {})) {
      if (ANNOTATIONS.has(keyword) || `${place} ${keyword}` === REDUNDANT) continue;
      const isObject = typeof value === 'object' && value !== null;
      // A keyword by itself, and where it has members each of them.
      for (const member of isObject && !SCHEMA.has(keyword) ? Object.keys(value) : [undefined]) {
        const changed = without((inner) => {
          if (member === undefined) delete inner[keyword];
          else if (Array.isArray(inner[keyword])) inner[keyword].splice(Number(member), 1);
          else delete (inner[keyword] as Schema)[member];
        });
        expect(held(changed), `${keyword} ${member ?? ''}`).toBe(true);
      }
    }
  });
});

/** A right document that holds a field of one of the schema's records; of the root where that has no name. */
const HOLDERS: Readonly<Record<string, (fields: object) => object>> = {
  root: (fields) => fields,
  attribute,
  source: (fields) => attribute({ from: [fields] }),
  hash: (fields) => attribute({ hash: { algorithm: 'hmac-sha256', keyEnv: 'KEY', ...fields } }),
  to: (fields) => attribute({ to: { responseHeader: 'x', ...fields } }),
  trust: (fields) => ({ trust: { identity: 'edge', ...fields } }),
  sampling: (fields) => ({ sampling: { always: [{ when: { k: 'v' } }], ...fields } }),
  rule: (fields) => ({ sampling: { always: [fields] } }),
  debugRule: (fields) => ({ debugWhen: [{ when: { k: 'v' }, ...fields }] }),
  traceId: (fields) => ({ traceId: fields }),
};
/** What stands beside a field of a source that is none by itself. */
const BESIDE: Readonly<Record<string, object>> = {
  type: { property: 'p' },
  payloadInMetadata: { jwt: 'sub' },
  unverified: { jwt: 'sub' },
};

describe('the schema as documentation', () => {
  const fields = [...schemasIn(schema)].flatMap(([place, inner]) => {
    const [, record = 'root', name] = /^#(?:\/\$defs\/(\w+))?\/properties\/(\w+)$/.exec(place) ?? [];
    return name === undefined ? [] : [{ record, name, inner, place }];
  });
  const shared = (inner: Schema): Schema | undefined =>
    (schema.$defs as Record<string, Schema>)[String(inner.$ref).replace('#/$defs/', '')];

  test('every field says what it means, and since which Envoy', () => {
    const words = fields.map(({ place, inner }) => [place, inner.description ?? shared(inner)?.description]);
    expect(words.filter(([, text]) => !/^[A-Za-z].*\. Since Envoy 1\.3[67]\.$/.test(String(text)))).toEqual(
      [],
    );
    expect(words.length).toBe(54);
  });

  test('its defaults and examples are right, and its default attributes those of docs/filter.md', () => {
    const attributes = (schema.properties as Record<string, Schema>).attributes?.default;
    expect(verdict(JSON.stringify({ attributes }))).toBe('valid');
    const documented = /^```json\n(.*?)^```$/ms.exec(read('docs/filter.md'))?.[1] ?? '';
    expect(JSON.parse(documented)).toEqual({ attributes });
    for (const { record, name, inner, place } of fields) {
      const examples = [inner, shared(inner) ?? {}].flatMap(({ default: value, examples = [] }) => [
        ...(examples as unknown[]),
        value,
      ]);
      for (const example of examples.filter((value) => value !== undefined)) {
        const beside = record === 'source' ? BESIDE[name] : {};
        const document = HOLDERS[record]?.({ ...beside, [name]: example });
        // The filter minds that a variable is set and an attribute there, which an example's are not.
        expect(validate(document), `${place} ${JSON.stringify(example)}`).toBe(true);
      }
    }
  });
});
