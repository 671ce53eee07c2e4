import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ISTIO_NODE, startFilter } from './filter.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';
import { anyPath, anyPattern, changedDocument, ENVIRONMENT, validDocument } from './schema-documents.ts';
import { EDGES } from './schema-edges.ts';
import { attribute, KNOWN_DIFFERENCES, knownDifference } from './schema-known.ts';
import { TEXT_EDGES } from './schema-texts.ts';

type Schema = Record<string, unknown>;

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const schema = JSON.parse(read('filter/schema.json')) as Schema;
const validate = compile(schema);

/** Ajv's strict mode also refuses keywords that are misspelt or could never apply. */
function compile(schema: Schema, strict = true): ValidateFunction {
  return new Ajv2020({ strict, strictRequired: false }).compile(schema);
}

/** What the filter logs of a configuration; nothing of one that is right. */
function problems(text: string): string[] {
  const { proxy } = startFilter(text, new ProxyProcess(ISTIO_NODE, ENVIRONMENT));
  return proxy.log.map(({ message }) => message);
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
  test.each([...EDGES, ...TEXT_EDGES])('%s', (_, document, valid) => {
    expect(verdict(textOf(document))).toBe(valid ? 'valid' : 'invalid');
  });

  test('1,500 right configurations', () => {
    expect(verdicts(validDocument, 1500)).toEqual({ valid: 1500, invalid: 0, 'known difference': 0 });
  }, 60_000);

  test('3,000 configurations with one or two changes, of which many are wrong and some right', () => {
    const counts = verdicts(changedDocument, 3000);
    expect(counts.invalid).toBeGreaterThan(1000);
    expect(counts.valid).toBeGreaterThan(500);
    expect(counts['known difference']).toBeLessThan(150);
  }, 60_000);

  test('2,000 texts that are nearly patterns, and 2,000 that are nearly path templates', () => {
    const counts = { valid: 0, invalid: 0, 'known difference': 0 };
    const patterns = fc.property(anyPattern, (pattern) => {
      counts[verdict(JSON.stringify(attribute({ pattern })), pattern)]++;
    });
    fc.assert(patterns, { numRuns: 2000 });
    const paths = fc.property(anyPath, (path) => {
      counts[verdict(JSON.stringify(attribute({ from: [{ path }] })))]++;
    });
    fc.assert(paths, { numRuns: 2000 });
    expect(counts.invalid).toBeGreaterThan(1000);
    expect(counts.valid).toBeGreaterThan(200);
  }, 60_000);
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
/** Keywords whose members are schemas by name. */
const BY_NAME = new Set(['properties', '$defs', 'dependentSchemas']);

/** The schemas that a schema holds, itself first, each with its place. */
function* schemasIn(schema: Schema, place = '#'): Generator<[place: string, schema: Schema]> {
  yield [place, schema];
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === 'items') yield* schemasIn(value as Schema, `${place}/items`);
    if (!BY_NAME.has(keyword)) continue;
    for (const [name, inner] of Object.entries(value as Record<string, Schema | boolean>)) {
      if (typeof inner === 'object') yield* schemasIn(inner, `${place}/${keyword}/${name}`);
    }
  }
}

// A bound that no document above reaches could be wrong without being noticed.
describe('each word of the schema is held by a document:', () => {
  const told = [...EDGES, ...TEXT_EDGES].map(([, document, valid]) => {
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
      for (const member of isObject && keyword !== 'items' ? [...Object.keys(value)] : [undefined]) {
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

describe('the schema as documentation', () => {
  const fields = [...schemasIn(schema)].filter(([place]) => /\/properties\/\w+$/.test(place));

  test('every field says what it means, and since which Envoy', () => {
    const words = fields.map(([place, { description, $ref }]) => {
      const shared = (schema.$defs as Record<string, Schema>)[String($ref).replace('#/$defs/', '')];
      return [place, description ?? shared?.description];
    });
    expect(words.filter(([, text]) => !/^[A-Z].*\. Since Envoy 1\.37\.$/.test(String(text)))).toEqual([]);
    expect(words.length).toBe(26);
  });

  test('its defaults and examples are right, and its default attributes those of docs/filter.md', () => {
    const attributes = (schema.properties as Record<string, Schema>).attributes?.default;
    expect(verdict(JSON.stringify({ attributes }))).toBe('valid');
    const documented = /^```json\n(.*?)^```$/ms.exec(read('docs/filter.md'))?.[1] ?? '';
    expect(JSON.parse(documented)).toEqual({ attributes });
    for (const [place, { default: value, examples = [] }] of fields) {
      const [, record, name = ''] = /\$defs\/(\w+)\/properties\/(\w+)$/.exec(place) ?? [];
      for (const example of [...(examples as unknown[]), value]) {
        if (example === undefined || record === undefined) continue;
        const hash = { algorithm: 'hmac-sha256', keyEnv: 'KEY', [name]: example };
        const document = { source: { from: [{ [name]: example }] }, hash: { hash } }[record];
        // The filter minds that the variable is set, which an example's is not.
        expect(validate(attribute(document ?? { [name]: example })), `${place} ${example}`).toBe(true);
      }
    }
  });
});
