import { MeshspanError } from '../errors.ts';

/** An image in a registry. */
export interface Reference {
  /** Host, with the port where there is one: `ghcr.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** `acme/meshspan`. */
  readonly repository: string;
  readonly tag: string;
}

// github.com/distribution/reference, reference.go: the grammar of names. The bounds are go-containerregistry's
// (pkg/name/repository.go), without which Istio's agent could not pull what was pushed.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = new RegExp(`^(?=.{2,255}$)${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * Reads `[registry/]repository[:tag]` as Docker does: the first part is a registry when it has a dot or a colon or
 * is `localhost`, else the image is Docker Hub's. Without a tag it gets `defaultTag`.
 *
 * Throws MESHSPAN_ERR_OPTION_INVALID.
 */
export function parseReference(text: string, defaultTag: string): Reference {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const named = /[.:]/.test(first) || first === 'localhost';
  const registry = named ? first : 'docker.io';
  const rest = named ? text.slice(slash + 1) : text;
  const colon = rest.lastIndexOf(':');
  const name = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? defaultTag : rest.slice(colon + 1);
  const repository = !named && slash < 0 ? `library/${name}` : name;
  if (!REGISTRY.test(registry) || !REPOSITORY.test(repository) || !TAG.test(tag)) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'a reference such as ghcr.io/acme/meshspan:1.2.0: lower case, a tag and no digest',
      got: text,
      where: '--push',
      mend: 'correct it; without a tag it gets the version',
    });
  }
  return { registry, repository, tag };
}

/** The reference as text. */
export function printReference({ registry, repository, tag }: Reference): string {
  return `${registry}/${repository}:${tag}`;
}
