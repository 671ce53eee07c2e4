/** The route that samples what the filter has marked (docs/filter.md, "Sampling by attribute"). */
import { FILTER_STATE_PREFIX } from '../../plan/attribute-route.ts';

/** What a route matches on beside its path (`envoy.config.route.v3.RouteMatch`). */
export type RouteMatch = Readonly<Record<string, unknown>>;

/** Every request of the route is sampled, whatever the percentage of the listener (`route.v3.Tracing`). */
export const EVERY_REQUEST: object = {
  client_sampling: { numerator: 100 },
  random_sampling: { numerator: 100 },
  overall_sampling: { numerator: 100 },
};

/** A request that met a rule of sampling.always at this proxy. Nothing that a caller sends can match it. */
export function sampledHere(): RouteMatch {
  return { filter_state: [{ key: `${FILTER_STATE_PREFIX}sampled`, string_match: { exact: '1' } }] };
}

/**
 * A request that met a rule at a proxy before this one, which left the header. Not for an edge: Envoy decides
 * with the headers as they came, before any filter can take a stranger's away.
 */
export function sampledBefore(header: string): RouteMatch {
  return { headers: [{ name: header, string_match: { exact: '1' } }] };
}

/**
 * A route with the copies of it that sample, which stand in front as the first match counts. `header` is the
 * mark (`sampling.header`) where callers are of the mesh; undefined at the edge.
 */
export function withSampling<Route extends { readonly match: object }>(
  route: Route,
  header: string | undefined,
): object[] {
  const marks = [sampledHere(), ...(header === undefined ? [] : [sampledBefore(header)])];
  const copies = marks.map((mark) => ({
    ...route,
    match: { ...route.match, ...mark },
    tracing: EVERY_REQUEST,
  }));
  return [...copies, route];
}
