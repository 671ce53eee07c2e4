import { MeshspanError } from '../../errors.ts';

/**
 * The header by which Envoy itself samples a request, whatever the percentage (`x-envoy-force-trace`). The
 * filter sets it behind Envoy's first decision; as a changed header has Envoy choose the route anew, and decide
 * anew with it, the request is sampled (measured, 1.36 to 1.40; test/generate/istio/traffic.test.ts).
 */
const FORCE_TRACE = 'x-envoy-force-trace';

interface Sampling {
  readonly always: readonly object[];
  readonly header?: string;
}

/**
 * The filter's configuration for Istio. sampling.always marks by Envoy's own header there: Istio makes the
 * routes, and no resource of its API adds one that only some requests match.
 *
 * Throws MESHSPAN_ERR_UNSUPPORTED where another header is asked for.
 */
export function pluginConfiguration(configuration: object): object {
  const { sampling } = configuration as { sampling?: Sampling };
  if (sampling === undefined) return configuration;
  if (sampling.header !== undefined && sampling.header.toLowerCase() !== FORCE_TRACE) {
    throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
      expected: `${FORCE_TRACE}, or no header, for Istio: it is the one that its proxies sample by`,
      ...{ got: sampling.header, where: 'meshspan.yaml: sampling.header' },
      mend: 'leave sampling.header out',
    });
  }
  return { ...configuration, sampling: { ...sampling, header: FORCE_TRACE } };
}
