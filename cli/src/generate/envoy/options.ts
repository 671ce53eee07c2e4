/** A plain Envoy of the mesh, in the words of envoy-config. */
import type { Mesh, PlainEnvoy } from '../../config/model.ts';
import { isAtLeast } from '../../config/versions.ts';
import { accessLogFields } from '../../plan/access-log-fields.ts';
import { filterStateOperator } from '../../plan/attribute-route.ts';
import { otlpLog, stdoutLog } from '../envoy-config/access-log.ts';
import type { BootstrapOptions } from '../envoy-config/bootstrap.ts';
import { customTags } from '../envoy-config/custom-tags.ts';
import type { Json } from '../envoy-config/extension.ts';
import {
  attributeRules,
  headerToMetadata,
  PARENT_ID,
  parentIdRules,
} from '../envoy-config/header-to-metadata.ts';
import { refuseWhatIsTooNew } from '../envoy-config/refusals.ts';
import { statsTags } from '../envoy-config/stats-tags.ts';
import type { Generation } from '../target.ts';

/** First Envoy whose connection manager names spans by a format (`tracing.operation`). */
export const SPAN_NAMES = '1.37';

/** Throws MESHSPAN_ERR_UNSUPPORTED where this Envoy would silently not do what the mesh asks for. */
export function optionsOf(generation: Generation, proxy: PlainEnvoy): BootstrapOptions {
  refuseWhatIsTooNew(generation);
  const { mesh, routes, filterConfiguration } = generation;
  const { sampling, filter, attributes } = mesh;
  return {
    ...{ name: proxy.name, listen: proxy.listen, admin: proxy.admin, node: proxy.node },
    routes: proxy.routes.map(({ prefix, service, address }) => ({
      prefix,
      upstream: { name: service, ...address },
    })),
    tracing: {
      kind: mesh.backends.tracing.kind,
      collector: mesh.backends.tracing,
      serviceName: proxy.node.cluster,
      percent: sampling.percent,
      customTags: customTags(routes),
      ...(namesSpans(generation) ? { operation: filterStateOperator('span_name') } : {}),
    },
    filter:
      filterConfiguration === undefined
        ? undefined
        : { path: filter.path, configuration: filterConfiguration, environment: filter.env },
    behind: headerToMetadata([...attributeRules(routes), ...parentIdRules(readsB3(mesh))]),
    accessLog: [accessLog(generation, proxy)],
    traceGate: needsTraceGate(mesh),
    isEdge: mesh.trust?.identity === 'edge',
    samplesBy: samplesBy(mesh),
    statsTags: filterConfiguration === undefined ? [] : statsTags(attributes),
  };
}

/** Whether Envoy can name spans as `spanName` wants it. */
export function namesSpans({ mesh, versions }: Generation): boolean {
  return mesh.spanName !== undefined && isAtLeast(versions.envoy, SPAN_NAMES);
}

/** Callers may send B3 only, which the OpenTelemetry tracer does not read (through Envoy 1.40). */
function needsTraceGate(mesh: Mesh): boolean {
  return usesB3(mesh) && mesh.backends.tracing.kind.startsWith('otlp');
}

function readsB3(mesh: Mesh): boolean {
  return mesh.backends.tracing.kind === 'zipkin';
}

function usesB3({ propagation }: Mesh): boolean {
  return propagation.some((format) => format !== 'w3c');
}

/** Marks of proxies before this one count only where callers are of the mesh. */
function samplesBy({ sampling, trust }: Mesh): BootstrapOptions['samplesBy'] {
  if (sampling.always.length === 0) return undefined;
  return trust?.identity === 'mesh' ? { header: sampling.header } : {};
}

function accessLog({ mesh, versions, routes }: Generation, { node }: PlainEnvoy): Json {
  const { logs, backends } = mesh;
  const fields = accessLogFields(routes, versions.envoy, PARENT_ID);
  if (backends.logs.kind !== 'otlp') return stdoutLog(fields, logs.only);
  const http = backends.tracing.kind === 'otlp+http';
  const collector = { collector: backends.tracing, http, name: node.cluster, envoy: versions.envoy };
  return otlpLog(fields, logs.only, collector);
}
