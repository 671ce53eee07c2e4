/** Attributes as labels of Istio's own metrics (istio_requests_total and the like). */
import type { Mesh } from '../../config/model.ts';
import { FILTER_STATE_PREFIX } from '../../plan/attribute-route.ts';
import { metricLabels } from '../../plan/metric-labels.ts';

/** Metrics of HTTP requests; the others have no request that the filter sees. */
const REQUEST_METRICS = ['REQUEST_COUNT', 'REQUEST_DURATION', 'REQUEST_SIZE', 'RESPONSE_SIZE'] as const;

/**
 * `overrides` of Telemetry's `metrics`. The value is CEL that Istio's stats filter evaluates when the request
 * has ended, with Envoy's attributes (istio/proxy, istio_stats.cc): `filter_state` is one, and a key that is not
 * there makes the value `unknown`.
 */
export function metricOverrides(mesh: Mesh): object[] {
  const labels = metricLabels(mesh).filter(({ by }) => by === 'istio');
  const tagOverrides = Object.fromEntries(
    labels.map(({ key, label }) => [
      label,
      { value: `filter_state[${JSON.stringify(`${FILTER_STATE_PREFIX}${key}`)}]` },
    ]),
  );
  return REQUEST_METRICS.map((metric) => ({ match: { metric }, tagOverrides }));
}
