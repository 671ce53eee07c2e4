import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';
import type { Tool } from './tool.ts';

/** A program of a Debian package that needs nothing of the package but itself. */
export interface DebianProgram {
  readonly name: string;
  readonly cost: string;
  readonly package: string;
}

/**
 * The tool of a program: the one on PATH, else the one in Debian's package. The package is unpacked into the
 * cache folder and not installed: that needs no root, and nothing of it is started or left on the machine.
 */
export function debianTool({ name, cost, package: packageName }: DebianProgram): Tool {
  const unpacked = join(cacheFolder(), 'debian', packageName);
  const binary = join(unpacked, 'usr', 'bin', name);
  const find = async (): Promise<string | undefined> =>
    (await onPath(name)) ?? ((await exists(binary)) ? binary : undefined);
  return {
    name,
    cost,
    async path(progress = (text) => console.error(text)) {
      const found = await find();
      if (found !== undefined) return found;
      if (!(await hasApt())) {
        throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
          expected: `${name} on PATH, or Debian's apt-get to fetch it`,
          got: 'neither',
          where: `PATH=${process.env.PATH ?? ''}`,
          mend: `install ${packageName}`,
        });
      }
      progress(`fetching ${name} from Debian (${cost}) …`);
      await unpack(packageName, unpacked);
      return binary;
    },
    async whyMissing() {
      if ((await find()) !== undefined) return undefined;
      return (await hasApt())
        ? `${name} is not on PATH and not fetched: npm run tools (${cost})`
        : `${name} is not on PATH`;
    },
  };
}

async function unpack(packageName: string, place: string): Promise<void> {
  await mkdir(join(place, '..'), { recursive: true });
  const work = await mkdtemp(`${place}-`);
  try {
    // apt-get writes into the working folder, and has no option for another.
    await runOrFail(
      'sh',
      ['-c', 'cd "$1" && apt-get download -qq "$2"', 'sh', work, packageName],
      `apt-get update, or install ${packageName}`,
    );
    const file = (await readdir(work)).find((entry) => entry.endsWith('.deb')) ?? '';
    await runOrFail('dpkg-deb', ['--extract', join(work, file), join(work, 'files')], 'free some disk space');
    await rename(join(work, 'files'), place).catch(async (error: unknown) => {
      // Another worker was faster, and what it put there is the same.
      if (!(await exists(place))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder !== '' && (await exists(join(folder, name)))) return join(folder, name);
  }
  return undefined;
}

async function hasApt(): Promise<boolean> {
  return (
    (await run('apt-get', ['--version'])).status === 0 && (await run('dpkg-deb', ['--version'])).status === 0
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
