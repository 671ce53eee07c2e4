/** ServiceProfile (linkerd.io/v1alpha2): routes by name, so that Linkerd's metrics have what spans have. */
import type { Mesh } from '../../config/model.ts';
import type { YamlDocument } from '../print.ts';
import { profileRoutes } from './routes.ts';

/** One for each service; none without spanName, as there would be no route. */
export function serviceProfiles({ services, spanName = [] }: Mesh): YamlDocument[] {
  if (spanName.length === 0) return [];
  return services.map(({ name, namespace }) => ({
    value: {
      apiVersion: 'linkerd.io/v1alpha2',
      kind: 'ServiceProfile',
      // Linkerd finds a profile by the whole name of its service.
      metadata: {
        name: `${name}.${namespace}.svc.cluster.local`,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': 'meshspan' },
      },
      spec: { routes: profileRoutes(spanName) },
    },
  }));
}
