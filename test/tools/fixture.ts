import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes a file for the running test, in a folder of its own that goes when the test ends; its path. */
export async function fixture(name: string, text: string): Promise<string> {
  const file = join(await fixtureFolder(), name);
  await writeFile(file, text);
  return file;
}

/** A folder that goes when the running test ends. */
export async function fixtureFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-tools-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
