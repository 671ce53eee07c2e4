/** Makes the one published schema of meshspan.yaml of the files of cli/schema and of the filter's own schema. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

interface Schema {
  readonly $defs?: Readonly<Record<string, unknown>>;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

const FOLDER = join(import.meta.dirname, '../../schema');
const FILTER = join(import.meta.dirname, '../../../filter/schema.json');

/**
 * JSON Schema 2020-12 in one document, as editors and `meshspan validate` read it.
 *
 * Each file of cli/schema but mesh.json is a definition under its name; the definitions of the filter keep
 * theirs, so that every `#/$defs/…` of all files means the same in the bundle. Throws where two share a name.
 */
export function bundleSchema(): object {
  const mesh = read(join(FOLDER, 'mesh.json'));
  const filter = read(FILTER);
  const $defs: Record<string, unknown> = {};
  const define = (name: string, schema: unknown): void => {
    if (name in $defs) throw new Error(`two definitions in the schema are called ${name}`);
    $defs[name] = schema;
  };
  for (const [name, schema] of Object.entries(mesh.$defs ?? {})) define(name, schema);
  for (const file of readdirSync(FOLDER).sort()) {
    if (file !== 'mesh.json') define(basename(file, '.json'), read(join(FOLDER, file)));
  }
  for (const [name, schema] of Object.entries(filter.$defs ?? {})) define(name, schema);
  // Keys that the filter keeps for itself where spanName, sampling or trust are set.
  // The filter's own fields stand in full: a default behind a reference is not seen (Ajv, `useDefaults`).
  const properties = Object.fromEntries(
    Object.entries(mesh.properties ?? {}).map(([name, schema]) => [
      name,
      isOfFilter(schema) ? filter.properties?.[name] : schema,
    ]),
  );
  return { ...mesh, properties, dependentSchemas: filter.dependentSchemas, $defs };
}

/** The bundle as the file `cli/meshspan.schema.json` holds it. */
export function schemaText(): string {
  return `${JSON.stringify(bundleSchema(), null, 2)}\n`;
}

function isOfFilter(schema: unknown): boolean {
  return (schema as { $ref?: string }).$ref?.startsWith('filter.json#') === true;
}

function read(file: string): Schema {
  return JSON.parse(readFileSync(file, 'utf8')) as Schema;
}
