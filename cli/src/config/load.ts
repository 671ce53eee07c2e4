/** From a file to a mesh. */
import { MeshspanError } from '../errors.ts';
import { checkSchema } from './check.ts';
import { filterConfiguration } from './filter-configuration.ts';
import { type Mistake, mistakeText } from './mistakes.ts';
import type { Mesh } from './model.ts';
import { resolveMesh } from './resolve.ts';
import { checkRules } from './rules.ts';
import { readSource, type Source } from './source.ts';

/** A meshspan.yaml that can be generated from. */
export interface LoadedMesh {
  readonly file: string;
  readonly mesh: Mesh;
  /** The part that the filter reads, in the user's words. */
  readonly filterConfiguration: object;
}

/** Every mistake of a source: of the YAML, or of the schema and the rules. None: it is valid. */
export function mistakesOf(source: Source): readonly Mistake[] {
  if (source.mistakes.length > 0) return source.mistakes;
  const ofSchema = checkSchema(source);
  const value = (source.value ?? {}) as Record<string, unknown>;
  if (typeof value !== 'object' || Array.isArray(value)) return ofSchema;
  // The rules see only sections without a mistake of the schema, as they take their fields as they should be.
  const broken = new Set(ofSchema.map(({ path }) => /^\$\.([^.[]+)/.exec(path)?.[1] ?? ''));
  const rest = Object.fromEntries(Object.entries(value).filter(([section]) => !broken.has(section)));
  const isOfRest = ({ path, code }: Mistake): boolean => {
    const refersToBroken =
      code === 'MESHSPAN_CONFIG_REFERENCE' && ['attributes', 'services'].some((s) => broken.has(s));
    return !refersToBroken && !broken.has(/^\$\.([^.[]+)/.exec(path)?.[1] ?? '');
  };
  const ofRules = checkRules(resolveMesh(rest), source).filter(isOfRest);
  return [...ofSchema, ...ofRules].sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Takes a source that has no mistakes. Throws MESHSPAN_ERR_CONFIG_INVALID with all of them. */
export function toMesh(source: Source): LoadedMesh {
  const mistakes = mistakesOf(source);
  if (mistakes.length > 0) {
    throw new MeshspanError('MESHSPAN_ERR_CONFIG_INVALID', {
      expected: 'a meshspan.yaml without mistakes',
      got: mistakes.length === 1 ? 'one' : `${mistakes.length} of them`,
      where: mistakes.map(({ file, line, column }) => `${file}:${line}:${column}`).join(', '),
      mend: `mend them:\n\n${mistakes.map(mistakeText).join('\n\n')}`,
    });
  }
  return {
    file: source.file,
    mesh: resolveMesh(source.value),
    filterConfiguration: filterConfiguration(source.value),
  };
}

/** Throws MESHSPAN_ERR_FILE_UNREADABLE and MESHSPAN_ERR_CONFIG_INVALID. */
export async function loadMesh(file: string): Promise<LoadedMesh> {
  return toMesh(await readSource(file));
}
