/** What stands in an access log's record, as Envoy's command operators. */
import { isAtLeast } from '../config/versions.ts';
import type { AttributeRoute } from './attribute-route.ts';

/** First Envoy with `%SPAN_ID%`; one before it refuses the operator. */
const SPAN_ID = '1.38';

/** Fields that every record has beside the trace and the attributes. */
const REQUEST_FIELDS: Readonly<Record<string, string>> = {
  start_time: '%START_TIME%',
  method: '%REQ(:METHOD)%',
  // Without the query, which may hold secrets and names; and not x-envoy-original-path, which a caller can send.
  path: '%PATH(NQ:PATH)%',
  protocol: '%PROTOCOL%',
  status: '%RESPONSE_CODE%',
  duration_ms: '%DURATION%',
  flags: '%RESPONSE_FLAGS%',
  upstream: '%UPSTREAM_HOST%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  route: '%ROUTE_NAME%',
  request_id: '%REQ(X-REQUEST-ID)%',
};

/** Names that are taken in a record, so that no attribute can have one of them as its key. */
export const LOG_FIELDS: ReadonlySet<string> = new Set([
  ...['trace_id', 'span_id', 'parent_id'],
  ...Object.keys(REQUEST_FIELDS),
]);

/**
 * The fields by their names, attributes under their keys. `parentId` is the operator of the caller's span id,
 * which is not the same everywhere; undefined where there is none.
 */
export function accessLogFields(
  routes: readonly AttributeRoute[],
  envoy: string,
  parentId: string | undefined,
): Record<string, string> {
  return {
    trace_id: '%TRACE_ID%',
    ...(isAtLeast(envoy, SPAN_ID) ? { span_id: '%SPAN_ID%' } : {}),
    ...(parentId === undefined ? {} : { parent_id: parentId }),
    ...Object.fromEntries(routes.map(({ key, log }) => [key, log])),
    ...REQUEST_FIELDS,
  };
}
