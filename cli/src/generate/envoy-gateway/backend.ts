import type { Endpoint } from '../../config/model.ts';

/**
 * Where telemetry goes, as Envoy Gateway has it: a Service by reference where the name is one of Kubernetes
 * (`otel-collector.observability`), else the host by its name, which its API calls deprecated and still takes.
 */
export function backendOf({ host, port }: Endpoint): object {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)(?:\.svc(?:\.cluster\.local)?)?$/.exec(host) ?? [];
  return name !== undefined && !/^\d+$/.test(name)
    ? { backendRefs: [{ name, namespace, port }] }
    : { host, port };
}
