import { MeshspanError } from '../errors.ts';
import { type Credentials, credentialsFor } from './credentials.ts';
import type { Blob, Image } from './image.ts';
import { printReference, type Reference } from './reference.ts';
import { basic, parseChallenges, tokenRequest } from './token.ts';

/** Longest wait for an answer, in milliseconds. An image of the filter has about 30 KB. */
const TIMEOUT_MS = 60_000;

/** How to reach a registry. */
export interface PushOptions {
  /** Speak http, and send credentials over it. Default false. */
  readonly insecure?: boolean;
}

/**
 * Pushes the image to a registry by the OCI distribution specification 1.1 ("Pushing manifests": blobs that are not
 * there yet, each by POST and PUT, then the manifest under its tag), with what Docker's configuration has for it.
 *
 * Throws MESHSPAN_ERR_REGISTRY_FAILED with what the registry said.
 */
export async function pushImage(
  image: Image,
  reference: Reference,
  options: PushOptions = {},
): Promise<void> {
  const session = new Session(reference, options, await credentialsFor(reference.registry));
  for (const blob of [image.layer, image.config]) await pushBlob(session, blob);
  const { bytes, mediaType, digest } = image.manifest;
  const answer = await session.send([201], 'PUT', `manifests/${reference.tag}`, bytes, mediaType);
  const stored = answer.headers.get('docker-content-digest');
  if (stored !== null && stored !== digest) {
    throw session.refusal('PUT', `manifests/${reference.tag}`, `the digest ${digest}`, stored);
  }
}

async function pushBlob(session: Session, { bytes, digest }: Blob): Promise<void> {
  const present = await session.send([200, 404], 'HEAD', `blobs/${digest}`);
  if (present.status === 200) return;
  const upload = await session.send([202], 'POST', 'blobs/uploads/');
  const location = new URL(upload.headers.get('location') ?? '', upload.url);
  location.searchParams.set('digest', digest);
  await session.send([201], 'PUT', location, bytes, 'application/octet-stream');
}

/** Calls to one repository. Authenticates when it is asked to, and keeps what it got. */
class Session {
  readonly #reference: Reference;
  readonly #insecure: boolean;
  readonly #credentials: Credentials | undefined;
  readonly #base: URL;
  #authorization: string | undefined;

  constructor(reference: Reference, { insecure = false }: PushOptions, credentials: Credentials | undefined) {
    const { registry, repository } = reference;
    // Docker Hub's API is on another host than its name says.
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    this.#reference = reference;
    this.#insecure = insecure;
    this.#credentials = credentials;
    this.#base = new URL(`${insecure ? 'http' : 'https'}://${host}/v2/${repository}/`);
  }

  /** Sends a call, a second time with credentials where they are asked for. Throws on any other status. */
  async send(
    statuses: readonly number[],
    method: string,
    path: string | URL,
    body?: Uint8Array,
    mediaType?: string,
  ): Promise<Response> {
    const url = new URL(path, this.#base);
    const call = (): Promise<Response> => {
      const headers = new Headers(mediaType === undefined ? {} : { 'content-type': mediaType });
      // An upload may go to another host, such as a cloud's storage, which the credentials are not for.
      if (this.#authorization !== undefined && url.origin === this.#base.origin) {
        headers.set('authorization', this.#authorization);
      }
      return this.#fetch(
        new Request(url, { method, headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) }),
      );
    };
    let answer = await call();
    if (answer.status === 401 && url.origin === this.#base.origin) {
      this.#authorization = await this.#authorize(answer.headers.get('www-authenticate') ?? '');
      answer = await call();
    }
    if (statuses.includes(answer.status)) return answer;
    throw this.refusal(method, url, `status ${statuses.join(' or ')}`, await said(answer), answer.status);
  }

  /** The `authorization` that meets a challenge. */
  async #authorize(header: string): Promise<string | undefined> {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const credentials = this.#credentials;
    if (bearer === undefined) {
      return credentials !== undefined && 'username' in credentials ? basic(credentials) : undefined;
    }
    if (credentials !== undefined && 'registryToken' in credentials)
      return `Bearer ${credentials.registryToken}`;
    const realm = bearer.parameters.realm ?? '';
    // The registry names the host that the password goes to; at least nobody on the way may read it.
    if (!URL.canParse(realm) || (new URL(realm).protocol !== 'https:' && !this.#insecure)) {
      throw this.refusal('GET', this.#base, 'an https realm for its tokens', realm || 'none');
    }
    const scope = `repository:${this.#reference.repository}:pull,push`;
    const answer = await this.#fetch(tokenRequest(bearer, scope, credentials));
    if (!answer.ok) throw this.refusal('GET', realm, 'a token', await said(answer), answer.status);
    const { token, access_token = token } = (await answer.json()) as {
      token?: string;
      access_token?: string;
    };
    return `Bearer ${access_token}`;
  }

  async #fetch(request: Request): Promise<Response> {
    try {
      return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw this.refusal(request.method, request.url, 'an answer', String(cause));
    }
  }

  refusal(method: string, url: string | URL, expected: string, got: string, status?: number): MeshspanError {
    const { registry } = this.#reference;
    const unauthorized = status === 401 || status === 403;
    return new MeshspanError('MESHSPAN_ERR_REGISTRY_FAILED', {
      expected,
      got,
      where: `${method} ${url}, to push ${printReference(this.#reference)}`,
      mend: unauthorized
        ? `run \`docker login ${registry}\` with an account that may push there`
        : 'see to the reference and the registry; one that speaks http wants --insecure',
    });
  }
}

/** Status and message of an answer (distribution-spec, "Error codes"). */
async function said(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const { errors } = JSON.parse(text) as { errors: readonly { code: string; message?: string }[] };
    return `${answer.status}: ${errors.map(({ code, message = '' }) => `${code} ${message}`.trim()).join('; ')}`;
  } catch {
    return `${answer.status}: ${text.trim().slice(0, 200) || answer.statusText}`;
  }
}
