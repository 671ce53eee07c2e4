/**
 * The Envoy versions that meshspan is tested on, newest first: the one list that the tests, the demo and
 * `.ci/run` read.
 *
 * The oldest is 1.37: from there on a span's custom tag can read filter state (`%FILTER_STATE(…)%`).
 * 1.38.3 of the PyPI package has no Wasm engine and must never stand here.
 */
export const ENVOY_VERSIONS = ['1.40.0', '1.39.3', '1.37.0'] as const;

/** The version that the demo runs, and that a container is made of. */
export const DEFAULT_ENVOY_VERSION: string = ENVOY_VERSIONS[0];

/** Oldest `[major, minor]` on which the filter's attributes reach a span. */
export const OLDEST_ENVOY: readonly [number, number] = [1, 37];

/** The published image of a version; `MESHSPAN_ENVOY_IMAGE` replaces it (a mirror, Istio's proxyv2). */
export function envoyImage(version: string = DEFAULT_ENVOY_VERSION): string {
  return process.env.MESHSPAN_ENVOY_IMAGE ?? `envoyproxy/envoy:v${version}`;
}
