/** Attributes as labels of Istio's own metrics (istio_requests_total and the like). */
import type { Mesh } from '../../config/model.ts';
import { FILTER_STATE_PREFIX } from '../../plan/attribute-route.ts';
import { metricLabel } from '../envoy-config/stats-tags.ts';

/** Metrics of HTTP requests; the others have no request that the filter sees. */
const REQUEST_METRICS = ['REQUEST_COUNT', 'REQUEST_DURATION', 'REQUEST_SIZE', 'RESPONSE_SIZE'] as const;

/**
 * `overrides` of Telemetry's `metrics`. The value is CEL that Istio's stats filter evaluates when the request
 * has ended, with Envoy's attributes (istio/proxy, istio_stats.cc): `filter_state` is one, and a key that is not
 * there makes the value `unknown`.
 */
export function metricOverrides({ metrics }: Mesh): object[] {
  const tagOverrides = Object.fromEntries(
    metrics.labels.map((key) => [
      metricLabel(key),
      { value: `filter_state[${JSON.stringify(`${FILTER_STATE_PREFIX}${key}`)}]` },
    ]),
  );
  return REQUEST_METRICS.map((metric) => ({ match: { metric }, tagOverrides }));
}

/** Labels that Envoy makes of the names of the filter's own counters (`to.metric`), and of the filter's version. */
export function extraStatTags({ attributes }: Mesh): string[] {
  const counted = attributes.filter(({ to }) => to?.metric === true).map(({ key }) => metricLabel(key));
  return [...counted, 'meshspan_version'];
}
