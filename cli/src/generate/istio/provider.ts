/** Extension providers: what MeshConfig defines and Telemetry names, so that the two cannot disagree. */
import type { Endpoint, Mesh } from '../../config/model.ts';
import { MeshspanError } from '../../errors.ts';

/** `istioctl analyze` does not see a Telemetry that names a provider which is not there (measured, 1.31). */
export function tracingProvider({ name }: Mesh): string {
  return `${name}-tracing`;
}

export function loggingProvider({ name }: Mesh): string {
  return `${name}-logs`;
}

/**
 * The host as Istio's registry has it: providers are looked up by the whole name of a Service or of a
 * ServiceEntry (pilot, `LookupCluster`), and a name that is not found means no tracing.
 *
 * Throws MESHSPAN_ERR_UNSUPPORTED for what can be neither.
 */
export function serviceHost({ host }: Endpoint, where: string): string {
  const parts = host.split('.');
  if (parts.length === 1 || /^[\d.]+$/.test(host) || host.includes(':')) {
    throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
      expected:
        'the name of a Service with its namespace, or the host of a ServiceEntry, with istio.tracing: telemetry',
      ...{ got: host, where: `meshspan.yaml: ${where}` },
      mend: 'write service.namespace, or set istio.tracing to envoyFilter',
    });
  }
  if (parts.length === 2) return `${host}.svc.cluster.local`;
  return parts.length === 3 && parts[2] === 'svc' ? `${host}.cluster.local` : host;
}
