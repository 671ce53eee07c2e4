import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { bundleSchema, schemaText } from './bundle-schema.ts';
import { mistakesOf, toMesh } from './load.ts';
import { MISTAKE_CODES, mistakeText } from './mistakes.ts';
import { parseSource } from './source.ts';

const FOLDER = join(import.meta.dirname, 'fixtures');

/** The comments at the top of a fixture: line, column, code, and how what is said to mend it begins. */
function expectedOf(text: string): string[] {
  const lines = text.split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('#')),
    )
    .map((line) => line.slice(2));
}

describe('each mistake is found at its place, alone, and says how to mend it', () => {
  const told = new Set<string>();

  for (const file of readdirSync(FOLDER)) {
    it(file, () => {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const expected = expectedOf(text);
      const found = mistakesOf(parseSource(text, file));
      expect(expected.length).toBeGreaterThan(0);
      expect(found.map(mistakeText)).toHaveLength(expected.length);
      for (const [i, { line, column, code, mend }] of found.entries()) {
        const words = (expected[i] as string).split(' ').slice(2).join(' ');
        expect(`${line}:${column} ${code} ${mend.slice(0, words.length)}`).toBe(expected[i]);
        told.add(code);
      }
    });
  }

  it('and each code but that of versions, which the targets tell, has a fixture', () => {
    expect([...told].sort()).toEqual(
      Object.keys(MISTAKE_CODES)
        .filter((code) => code !== 'MESHSPAN_CONFIG_VERSION')
        .sort(),
    );
  });

  it('docs/errors.md documents each code', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/errors.md'), 'utf8');
    for (const code of Object.keys(MISTAKE_CODES)) expect(page).toContain(`\`${code}\``);
  });
});

describe('the schema', () => {
  it('is the one that is checked in: else run `npm run generate`', () => {
    expect(readFileSync(join(import.meta.dirname, '../../meshspan.schema.json'), 'utf8')).toBe(schemaText());
  });

  it('is a JSON Schema 2020-12 without a keyword that nobody knows', () => {
    expect(() =>
      new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(bundleSchema()),
    ).not.toThrow();
  });

  it('says of each field what it means', () => {
    const silent: string[] = [];
    const walk = (schema: unknown, path: string): void => {
      const { properties = {}, items, additionalProperties } = schema as Record<string, object | undefined>;
      for (const [name, field] of Object.entries(
        properties as Record<string, { description?: string; $ref?: string }>,
      )) {
        if (field.description === undefined && field.$ref === undefined) silent.push(`${path}.${name}`);
        walk(field, `${path}.${name}`);
      }
      if (items !== undefined) walk(items, `${path}[]`);
      if (typeof additionalProperties === 'object') walk(additionalProperties, `${path}.*`);
    };
    const { $defs, ...root } = bundleSchema() as { $defs: Record<string, object> };
    walk(root, '$');
    for (const [name, definition] of Object.entries($defs)) walk(definition, name);
    expect(silent).toEqual([]);
  });
});

describe('a mesh', () => {
  it('of an empty file has the attributes of the filter and every default', () => {
    const { mesh, filterConfiguration } = toMesh(parseSource('', 'meshspan.yaml'));
    expect(mesh.attributes.map(({ key }) => key)).toEqual(['user.id', 'tenant.id', 'cluster']);
    expect(mesh.sampling).toEqual({ percent: 1, always: [], header: 'x-meshspan-sampled' });
    expect(mesh.backends.tracing).toEqual({ kind: 'otlp', host: 'otel-collector.observability', port: 4317 });
    expect(filterConfiguration).toEqual({});
  });

  it('samples by its environment where it says nothing', () => {
    const percent = (text: string): number =>
      toMesh(parseSource(text, 'meshspan.yaml')).mesh.sampling.percent;
    expect(percent('environment: development')).toBe(100);
    expect(percent('environment: staging')).toBe(10);
    expect(percent('{ environment: development, sampling: { percent: 2.5 } }')).toBe(2.5);
  });

  it('hands the words of the user to the filter, without defaults and without what is not its own', () => {
    const text = 'name: shop\nattributes: [{ key: a, from: [{ header: x-a }] }]\nsampling: { percent: 5 }\n';
    expect(toMesh(parseSource(text, 'meshspan.yaml')).filterConfiguration).toEqual({
      attributes: [{ key: 'a', from: [{ header: 'x-a' }] }],
    });
  });
});
