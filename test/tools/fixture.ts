import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
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

/** `count` ports that were free a moment ago, for programs that do not tell the port which the system chose. */
export async function freePorts(count: number): Promise<readonly number[]> {
  // All at once, so that no port comes twice.
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  return Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.once('listening', () => {
            const address = server.address();
            server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
          });
        }),
    ),
  );
}
