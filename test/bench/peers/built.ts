import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';

/** A peer that can be measured, or why not. A peer that is missing never gets a figure. */
export type Peer =
  | { readonly path: string; readonly made: string }
  | { readonly path?: undefined; readonly missing: string };

/** How a peer is made. */
export interface Recipe {
  readonly name: string;
  /** What was built with what, in words. */
  readonly made: string;
  /** All that the result depends on: a change builds anew. */
  readonly inputs: readonly string[];
  /** Builds in an empty folder and returns the path of the .wasm in it. */
  build(folder: string): Promise<string>;
}

/** Path of the peer's .wasm, built once for the same inputs and kept in the cache folder. */
export async function buildOnce({ name, made, inputs, build }: Recipe): Promise<Peer> {
  const hash = createHash('sha256')
    .update(JSON.stringify([made, ...inputs]))
    .digest('hex');
  const folder = join(cacheFolder(), 'bench', name);
  const path = join(folder, `${hash.slice(0, 16)}.wasm`);
  if (await exists(path)) return { path, made };
  await mkdir(folder, { recursive: true });
  // Next to its place, so that the rename is atomic for other processes.
  const work = await mkdtemp(join(folder, 'build-'));
  try {
    await rename(await build(work), path);
    return { path, made };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { missing: `${made} did not build: ${message}` };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
