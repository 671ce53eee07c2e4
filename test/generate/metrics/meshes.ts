import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedMesh } from '@meshspan/cli/config/load.ts';
import { loadMesh } from '@meshspan/cli/config/load.ts';
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { writeFiles } from '@meshspan/cli/generate/output.ts';
import { generateFiles } from '@meshspan/cli/generate/targets.ts';
import { onTestFinished } from 'vitest';

const MESHES = join(import.meta.dirname, 'meshes');

/** Names of the fixtures. */
export const MESH_NAMES: readonly string[] = (await readdir(MESHES))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .sort();

export function loadFixture(name: string): Promise<LoadedMesh> {
  return loadMesh(join(MESHES, `${name}.yaml`));
}

/** A folder with what a target writes for a mesh; it goes when the running test ends. */
export async function generated(target: string, mesh: LoadedMesh | string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-generate-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const loaded = typeof mesh === 'string' ? await loadFixture(mesh) : mesh;
  await writeFiles(folder, [target], generateFiles([target], loaded, NEWEST));
  return join(folder, target);
}
