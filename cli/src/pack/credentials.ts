import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { MeshspanError } from '../errors.ts';
import { runWithInput } from '../process/run.ts';

/** What to say to a registry, or to the server that gives out its tokens. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** An OAuth 2 refresh token. */
  | { readonly identityToken: string }
  /** A bearer token as it is. */
  | { readonly registryToken: string };

/** Docker's config.json, as far as it is read (docker/cli, cli/config/configfile/file.go). */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, Auth>>;
  /** Names of helpers, by registry. */
  readonly credHelpers?: Readonly<Record<string, string>>;
  /** The helper for all other registries. */
  readonly credsStore?: string;
}
interface Auth {
  /** Base64 of `username:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** Under which Docker keeps what belongs to Docker Hub. */
const HUB_KEY = 'https://index.docker.io/v1/';
/** What a helper says when it has nothing, which is no failure (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain';

/**
 * What `docker login` (or `crane auth login`, `oras login`, a cloud's helper) has left for a registry, in
 * `$DOCKER_CONFIG/config.json` or `~/.docker/config.json`: the registry's own helper, then the general one, then the
 * file itself. Undefined where there is nothing.
 *
 * Throws MESHSPAN_ERR_OPTION_INVALID when the file is not JSON, MESHSPAN_ERR_COMMAND_FAILED when a helper fails.
 */
export async function credentialsFor(registry: string): Promise<Credentials | undefined> {
  const config = await readConfig(
    join(process.env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json'),
  );
  const key = registry === 'docker.io' ? HUB_KEY : registry;
  const helper = config.credHelpers?.[key] ?? config.credHelpers?.[registry] ?? config.credsStore;
  const kept = helper ? await askHelper(helper, key) : undefined;
  return kept ?? fromFile(config, key);
}

async function readConfig(path: string): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return {};
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'JSON',
      // The parser's message quotes the text, which may be a password.
      got: 'a text that is none',
      where: path,
      mend: 'correct it, or run `docker login` again',
      cause,
    });
  }
}

/** Asks `docker-credential-<name> get`, which reads the registry and prints its credentials. */
async function askHelper(name: string, key: string): Promise<Credentials | undefined> {
  const command = `docker-credential-${name}`;
  const { status, stdout, stderr } = await runWithInput(command, ['get'], key);
  if (status === 0) {
    const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
    // docker/cli, cli/config/credentials/native_store.go: `tokenUsername`.
    return Username === '<token>' ? { identityToken: Secret } : { username: Username, password: Secret };
  }
  if (stdout.includes(NOT_FOUND)) return undefined;
  throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
    expected: 'exit status 0',
    // On failure a helper prints its reason, no secret.
    got: `${status}: ${(stderr || stdout).trim()}`,
    where: `${command} get, for ${key}`,
    mend: 'see to that helper, or take it out of credHelpers and credsStore in config.json of Docker',
  });
}

/** Keys are hosts, or URLs of old (`https://host/v1/`): docker/cli, `ConvertToHostname`. */
function fromFile({ auths = {} }: DockerConfig, key: string): Credentials | undefined {
  const match = Object.keys(auths).find((name) => name === key || hostname(name) === hostname(key));
  const entry = match === undefined ? undefined : auths[match];
  if (entry?.registrytoken) return { registryToken: entry.registrytoken };
  if (entry?.identitytoken) return { identityToken: entry.identitytoken };
  if (entry?.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString();
    const colon = text.indexOf(':');
    return { username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  if (entry?.username && entry.password) return { username: entry.username, password: entry.password };
  return undefined;
}

function hostname(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}
