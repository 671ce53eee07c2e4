import { accessLogFields } from '../../plan/access-log-fields.ts';
import { PARENT_ID } from '../envoy-config/header-to-metadata.ts';
import type { Generation } from '../target.ts';

/** Fields of the access log of Istio's proxies: those of any Envoy, but for the cluster's name. */
export function logFields({ routes, versions }: Generation): Record<string, string> {
  return {
    ...accessLogFields(routes, versions.envoy, PARENT_ID),
    // istiod gives each cluster a second name for statistics, with a semicolon at its end; as Istio's own log does.
    upstream_cluster: '%UPSTREAM_CLUSTER_RAW%',
  };
}
