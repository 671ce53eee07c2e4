/** The releases that configurations are generated for, oldest first, and which Envoy an Istio is made of. */
import { MeshspanError } from '../errors.ts';
import type { Versions } from './rules.ts';

/** Envoy of each Istio (istio.io, "Supported Envoy Versions"; proxies report it as `ISTIO_VERSION`). */
export const ENVOY_OF_ISTIO: Readonly<Record<string, string>> = {
  ...{ '1.28': '1.36', '1.29': '1.37', '1.30': '1.38', '1.31': '1.39' },
};

/** Istio's releases, oldest first. */
export const ISTIO_RELEASES: readonly string[] = Object.keys(ENVOY_OF_ISTIO);

/** Envoy's releases, oldest first. */
export const ENVOY_RELEASES = ['1.36', '1.37', '1.38', '1.39', '1.40'] as const;

/** What is generated for where nothing is chosen: the newest of each. */
export const NEWEST: Versions = { istio: '1.31', envoy: '1.40' };

/** First Envoy whose span tags read filter state (`value` of a custom tag), and Istio's `formatter`. */
export const FILTER_STATE_TAGS = '1.37';

/** Throws MESHSPAN_ERR_OPTION_INVALID for a release that is not in the lists. "1.31.2" is "1.31". */
export function toVersions(chosen: Partial<Versions>): Versions {
  return {
    istio: release(chosen.istio ?? NEWEST.istio, ISTIO_RELEASES, '--istio'),
    envoy: release(chosen.envoy ?? NEWEST.envoy, ENVOY_RELEASES, '--envoy'),
  };
}

/** Whether a release is that one or a later one: `isAtLeast('1.40', '1.37')`. */
export function isAtLeast(release: string, other: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major > otherMajor || (major === otherMajor && minor >= otherMinor);
}

function release(text: string, known: readonly string[], where: string): string {
  const found = known.find((name) => text === name || text.startsWith(`${name}.`));
  if (found !== undefined) return found;
  throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
    ...{ expected: `one of ${known.join(', ')}`, got: text, where },
    mend: 'choose one of these',
  });
}
