/** What `meshspan generate istio` writes for a meshspan.yaml. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import type { GeneratedFile } from '@meshspan/cli/generate/target.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';
import { parseAllDocuments } from 'yaml';
import { fixtureFolder } from '../../tools/fixture.ts';

export type Json = Readonly<Record<string, unknown>>;

const FOLDER = join(import.meta.dirname, 'fixtures');

/** The meshspan.yaml files of this folder, by their names. */
export const FIXTURES: readonly { readonly name: string; readonly text: string }[] = readdirSync(FOLDER).map(
  (name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }),
);

/** Its files for a release of Istio ("1.31"). */
export function generate(text: string, istio: string = NEWEST.istio): readonly GeneratedFile[] {
  return generateFiles(['istio'], toMesh(parseSource(text, 'meshspan.yaml')), { ...NEWEST, istio });
}

/** The resources for kubectl, those of install/ not among them. */
export function resourcesOf(files: readonly GeneratedFile[]): readonly Json[] {
  return files
    .filter(({ path }) => !path.startsWith('istio/install/'))
    .flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as Json));
}

/** Paths of written files, by what they are for. */
export interface Written {
  /** For kubectl apply. */
  readonly resources: readonly string[];
  /** The MeshConfig; undefined where none is generated. */
  readonly meshConfig: string | undefined;
  readonly operator: string | undefined;
}

/** Writes the files into a folder of the running test. */
export async function written(files: readonly GeneratedFile[]): Promise<Written> {
  return writeTo(await fixtureFolder(), files);
}

export async function writeTo(folder: string, files: readonly GeneratedFile[]): Promise<Written> {
  const paths = files.map(({ path }) => join(folder, path));
  for (const [i, { text }] of files.entries()) {
    const path = paths[i] as string;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return {
    resources: paths.filter((path) => !path.includes('/install/')),
    meshConfig: paths.find((path) => path.endsWith('mesh-config.yaml')),
    operator: paths.find((path) => path.endsWith('istio-operator.yaml')),
  };
}
