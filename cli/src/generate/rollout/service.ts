/** The service of a rollout, under the names that Kubernetes, Istio and Flagger have for it. */
import type { Mesh, Rollout, Service } from '../../config/model.ts';
import { labels } from '../istio/resource.ts';

/** The service that a rollout names; a rule has seen to it that there is one. */
export function serviceOf({ services }: Mesh, rollout: Rollout): Service {
  return services.find(({ name }) => name === rollout.service) as Service;
}

/** Its whole name: a short one means another service in another namespace. */
export function hostOf({ name, namespace }: Pick<Service, 'name' | 'namespace'>): string {
  return `${name}.${namespace}.svc.cluster.local`;
}

/** Name of the Envoy cluster behind it, which callers' spans have as upstream_cluster (Istio, BuildSubsetKey). */
export function upstreamCluster(service: Service, subset = ''): string {
  return `outbound|${service.port}|${subset}|${hostOf(service)}`;
}

/** metadata of the resources of a rollout. */
export function metadata(mesh: Mesh, { name, namespace }: Service): object {
  return { name: `${mesh.name}-${name}`, namespace, labels: labels(mesh) };
}
