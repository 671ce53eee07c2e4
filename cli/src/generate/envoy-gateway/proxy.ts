/** EnvoyProxy: tracing and access log of the gateways (`gateway.envoyproxy.io/v1alpha1`). */
import type { Mesh } from '../../config/model.ts';
import { FILTER_STATE_TAGS, isAtLeast } from '../../config/versions.ts';
import { MeshspanError } from '../../errors.ts';
import { accessLogFields } from '../../plan/access-log-fields.ts';
import { type AttributeRoute, filterStateOperator } from '../../plan/attribute-route.ts';
import { statsTags } from '../envoy-config/stats-tags.ts';
import { type YamlDocument, yamlText } from '../print.ts';
import type { Generation } from '../target.ts';
import { backendOf } from './backend.ts';
import { limits } from './limits.ts';

/** Tracing and access log for a namespace's gateways. */
export function envoyProxy(generation: Generation, namespace: string): YamlDocument {
  const { mesh } = generation;
  const variables = Object.entries(mesh.filter.env);
  const texts = variables.filter(([, value]) => typeof value === 'string');
  const others = variables.filter(([, value]) => typeof value !== 'string').map(([name]) => name);
  const counts = mesh.attributes.some(({ to }) => to?.metric === true);
  const env = texts.map(([name, value]) => ({ name, value }));
  const value = {
    apiVersion: 'gateway.envoyproxy.io/v1alpha1',
    kind: 'EnvoyProxy',
    metadata: { name: mesh.name, namespace },
    spec: {
      ...(env.length > 0
        ? { provider: { type: 'Kubernetes', kubernetes: { envoyDeployment: { container: { env } } } } }
        : {}),
      ...(counts
        ? {
            bootstrap: {
              type: 'Merge',
              value: yamlText({ stats_config: { stats_tags: statsTags(mesh.attributes) } }),
            },
          }
        : {}),
      telemetry: { tracing: tracing(generation), accessLog: { settings: [accessLog(generation)] } },
    },
  };
  const secrets =
    others.length > 0
      ? [
          `${others.join(', ')}: set them in spec.provider.kubernetes.envoyDeployment.container.env, from a Secret.`,
        ]
      : [];
  return {
    value,
    comment: [...secrets, ...limits(generation)].join('\n'),
    comments: {
      ...(counts ? { 'spec.bootstrap': 'Labels of the metrics that the filter counts.' } : {}),
      'spec.telemetry.tracing.samplingFraction': `Of the requests that came without a decision (environment: ${mesh.environment}).`,
    },
  };
}

function tracing({ mesh, versions, routes }: Generation): object {
  const { percent } = mesh.sampling;
  const readsFilterState = isAtLeast(versions.envoy, FILTER_STATE_TAGS);
  // A format has no default, and an older Envoy Gateway no formats.
  const isCustom = ({ tag }: AttributeRoute): boolean => !readsFilterState || 'default' in tag;
  const customTags = routes.filter(isCustom).map((route) => [route.key, customTag(route)]);
  const tags = routes.filter((route) => !isCustom(route)).map(({ key, log }) => [key, log]);
  return {
    samplingFraction: { numerator: Math.round(percent * 100), denominator: 10_000 },
    provider: provider(mesh),
    ...(customTags.length > 0 ? { customTags: Object.fromEntries(customTags) } : {}),
    ...(tags.length > 0 ? { tags: Object.fromEntries(tags) } : {}),
    ...(mesh.spanName !== undefined && readsFilterState
      ? // The second is that of the call upstream, as Envoy names it by itself.
        { spanName: { client: filterStateOperator('span_name'), server: 'router %UPSTREAM_CLUSTER% egress' } }
      : {}),
  };
}

/** `CustomTag`: a source and a default. */
function customTag({ tag }: AttributeRoute): object {
  switch (tag.kind) {
    case 'literal':
      return { type: 'Literal', literal: { value: tag.value } };
    case 'environment':
      return { type: 'Environment', environment: { name: tag.name, ...defaultValue(tag.default) } };
    case 'header':
      return { type: 'RequestHeader', requestHeader: { name: tag.name, ...defaultValue(tag.default) } };
    case 'filterState':
      throw new Error('filter state is read by a format');
  }
}

function defaultValue(value: string | undefined): object {
  return value === undefined ? {} : { defaultValue: value };
}

function provider({ backends: { tracing } }: Mesh): object {
  switch (tracing.kind) {
    case 'otlp':
      return { type: 'OpenTelemetry', ...backendOf(tracing) };
    case 'zipkin':
      return {
        type: 'Zipkin',
        ...backendOf(tracing),
        zipkin: { enable128BitTraceId: true, disableSharedSpanContext: true },
      };
    case 'datadog':
      return { type: 'Datadog', ...backendOf(tracing) };
    default:
      throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
        ...{ expected: 'a tracer of Envoy Gateway: otlp, zipkin or datadog', got: tracing.kind },
        ...{ where: 'backends.tracing', mend: 'send spans to a collector by otlp://, which sends them on' },
      });
  }
}

function accessLog({ mesh, versions, routes }: Generation): object {
  const { logs, backends } = mesh;
  // Envoy Gateway has no header_to_metadata: the span id of the caller cannot be told from the tracer's own.
  const json = accessLogFields(routes, versions.envoy, undefined);
  const sink =
    backends.logs.kind === 'otlp'
      ? { type: 'OpenTelemetry', openTelemetry: backendOf(backends.tracing) }
      : { type: 'File', file: { path: '/dev/stdout' } };
  return {
    format: { type: 'JSON', json },
    ...(logs.only === 'errors' ? { matches: ['response.code >= 400 || response.code == 0'] } : {}),
    sinks: [sink],
  };
}
