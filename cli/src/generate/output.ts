/** The folder of generated files: written, or compared with what would be. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { MeshspanError } from '../errors.ts';
import { CONFIGURATION } from './filter.ts';
import type { GeneratedFile } from './target.ts';

/** How a file in the folder differs from what would be generated. */
export interface Difference {
  readonly path: string;
  readonly kind: 'missing' | 'changed' | 'left over';
  /** Unified diff, from what is there to what would be. */
  readonly patch: string;
}

// What every generated file says of itself but the filter's configuration, which has no field for it.
const MARK = /[Gg]enerated by `?meshspan generate/;

/**
 * Every difference, by path. Only the folders of the generated `targets` are looked at, and there a file that
 * is not to be is left over only if it says that it was generated: a user's own kustomization.yaml is not.
 */
export async function differences(
  folder: string,
  targets: readonly string[],
  files: readonly GeneratedFile[],
): Promise<readonly Difference[]> {
  const wanted = new Map(files.map(({ path, text }) => [path, text]));
  const there = new Map<string, string>();
  for (const target of targets) {
    for (const path of await filesIn(folder, target))
      there.set(path, await readFile(join(folder, path), 'utf8'));
  }
  const paths = [...new Set([...wanted.keys(), ...there.keys()])].sort();
  return paths.flatMap((path) => {
    const [old, text] = [there.get(path), wanted.get(path)];
    if (old === text) return [];
    if (text === undefined && path !== CONFIGURATION && !MARK.test(old ?? '')) return [];
    const kind = old === undefined ? 'missing' : text === undefined ? 'left over' : 'changed';
    return [{ path, kind, patch: createTwoFilesPatch(path, path, old ?? '', text ?? '') } as const];
  });
}

/** Brings the folder to what is generated; returns what was different. Throws MESHSPAN_ERR_FILE_UNWRITABLE. */
export async function writeFiles(
  folder: string,
  targets: readonly string[],
  files: readonly GeneratedFile[],
): Promise<readonly Difference[]> {
  const changes = await differences(folder, targets, files);
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const { path } of changes) {
    const file = join(folder, path);
    const text = texts.get(path);
    try {
      if (text === undefined) await rm(file);
      else {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
    } catch (cause) {
      throw new MeshspanError('MESHSPAN_ERR_FILE_UNWRITABLE', {
        ...{ expected: 'a file that can be written', got: String(cause), where: file, cause },
        mend: 'choose another folder by -o, or mend its permissions',
      });
    }
  }
  return changes;
}

async function filesIn(folder: string, target: string): Promise<string[]> {
  const entries = await readdir(join(folder, target), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
