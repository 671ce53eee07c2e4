import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';

/** What a target makes of a meshspan.yaml for the newest releases: texts by their paths. */
export function generated(target: string, meshspan: string): ReadonlyMap<string, string> {
  const files = generateFiles([target], toMesh(parseSource(meshspan, 'meshspan.yaml')), NEWEST);
  return new Map(files.map(({ path, text }) => [path, text]));
}

/** The text of a file; throws where the target has not written it. */
export function textOf(files: ReadonlyMap<string, string>, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`no ${path} among ${[...files.keys()].join(', ')}`);
  return text;
}
