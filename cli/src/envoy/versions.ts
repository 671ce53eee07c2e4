/**
 * The Envoy versions that meshspan is tested on, newest first: the one list that the tests, the demo and
 * `.ci/run` read.
 *
 * The oldest is 1.37: from there on a span's custom tag can read filter state (`%FILTER_STATE(…)%`).
 * 1.38.3 of the PyPI package has no Wasm engine and must never stand here.
 */
export const ENVOY_VERSIONS = ['1.40.0', '1.39.3', '1.37.0'] as const;

/**
 * Versions that cannot read filter state in a span's tag, and which the filter serves by `output: "header"` and
 * Envoy's header_to_metadata. The tests of that run here and nothing else does. Istio 1.28 is Envoy 1.36.
 */
export const ENVOY_VERSIONS_BY_HEADER = ['1.36.2'] as const;

/** The build that each release's generated configurations are tested on. */
export const ENVOY_OF_RELEASE: Readonly<Record<string, string>> = {
  ...{ '1.36': '1.36.2', '1.37': '1.37.0', '1.38': '1.38.2', '1.39': '1.39.3', '1.40': '1.40.0' },
};

/** The version that the demo runs, and that a container is made of. */
export const DEFAULT_ENVOY_VERSION: string = ENVOY_VERSIONS[0];

/** Oldest `[major, minor]` on which the filter's attributes reach a span. */
export const OLDEST_ENVOY: readonly [number, number] = [1, 37];

/** The published image of a version; `MESHSPAN_ENVOY_IMAGE` replaces it (a mirror, Istio's proxyv2). */
export function envoyImage(version: string = DEFAULT_ENVOY_VERSION): string {
  return process.env.MESHSPAN_ENVOY_IMAGE ?? `envoyproxy/envoy:v${version}`;
}
