/** Telemetry (telemetry.istio.io/v1): sampling, tags, access log and labels of metrics. */
import type { Mesh } from '../../config/model.ts';
import { namesSpans } from '../envoy/options.ts';
import { type YamlDocument, yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import { isPrivate, telemetryTags } from './custom-tags.ts';
import { metricOverrides } from './metrics.ts';
import { telemetryPlacements } from './placement.ts';
import { loggingProvider, tracingProvider } from './provider.ts';
import { resource } from './resource.ts';

const KIND = { apiVersion: 'telemetry.istio.io/v1', kind: 'Telemetry' } as const;

/** As `logs.only: errors` has it. Where nothing was answered Envoy has no code at all (or 0). */
const ERRORS = '!has(response.code) || response.code >= 400 || response.code == 0';

/** None where nothing of it is left: tracer and log come by EnvoyFilter, and no metric has labels. */
export function telemetry(generation: Generation): GeneratedFile[] {
  const spec = specOf(generation);
  if (Object.keys(spec).length === 0) return [];
  const documents = telemetryPlacements(generation.mesh).map(
    (placement): YamlDocument => ({
      comment: `For ${placement.proxies}.${(placement.selector ?? placement.targetRefs) ? REPEATED : ONE}`,
      value: resource(KIND, placement, generation.mesh, spec),
      comments: commentsOf(spec, generation),
    }),
  );
  const title = 'What the proxies report: kubectl apply -f <this file>, after the MeshConfig of install/';
  return [{ path: 'istio/telemetry.yaml', text: yamlFile(title, documents, generation) }];
}

const ONE =
  '\nIstio takes one Telemetry without selector for each namespace, the oldest: put further fields into this one.';
const REPEATED =
  '\nIt says everything, also what a wider Telemetry says: its tags take the place of theirs, and are not added.';

function specOf({ mesh, routes }: Generation): Readonly<Record<string, unknown>> {
  const byTelemetry = mesh.istio.tracing === 'telemetry';
  const tags = telemetryTags(routes);
  return {
    ...(byTelemetry
      ? {
          tracing: [
            {
              providers: [{ name: tracingProvider(mesh) }],
              randomSamplingPercentage: mesh.sampling.percent,
              ...(Object.keys(tags).length === 0 ? {} : { customTags: tags }),
            },
          ],
          accessLogging: [accessLogging(mesh)],
        }
      : {}),
    ...(mesh.metrics.labels.length === 0
      ? {}
      : { metrics: [{ providers: [{ name: 'prometheus' }], overrides: metricOverrides(mesh) }] }),
  };
}

function accessLogging(mesh: Mesh): object {
  const providers = [{ name: loggingProvider(mesh) }];
  return mesh.logs.only === 'all' ? { providers } : { providers, filter: { expression: ERRORS } };
}

function commentsOf(spec: Readonly<Record<string, unknown>>, generation: Generation): Record<string, string> {
  return {
    ...(spec.tracing === undefined ? {} : tracingComments(spec.tracing, generation)),
    ...(spec.metrics === undefined
      ? {}
      : {
          'spec.metrics.0.overrides':
            'CEL that the proxy evaluates when the request has ended; no value reads `unknown`.',
        }),
  };
}

function tracingComments(tracing: unknown, generation: Generation): Record<string, string> {
  const { mesh, routes } = generation;
  const [{ customTags } = {}] = tracing as { customTags?: object }[];
  const comments: Record<string, string> = {
    'spec.tracing.0.providers':
      'Of MeshConfig. A name that is not there means no tracing, and nothing says so.',
    'spec.tracing.0.randomSamplingPercentage': percentComment(mesh),
  };
  if (customTags !== undefined && routes.some(({ tag }) => tag.kind === 'filterState')) {
    comments['spec.tracing.0.customTags'] =
      'formatter: what the filter left in filter state (Istio 1.29; an older proxy leaves the tag out).';
  }
  const lacks = [
    ...(routes.some(isPrivate)
      ? ['The tags of the filter are in envoy-filter-tags.yaml: Telemetry has none that reads metadata.']
      : []),
    ...(mesh.spanName !== undefined && !namesSpans(generation)
      ? ["Spans keep the names of Istio's routes: a proxy takes those of spanName from Istio 1.29 on."]
      : []),
  ];
  if (lacks.length > 0) comments['spec.tracing'] = lacks.join('\n');
  return comments;
}

function percentComment({ sampling }: Mesh): string {
  return sampling.always.length === 0
    ? 'Of the requests that come without a decision of their caller.'
    : 'Of the requests that come without a decision of their caller; those of sampling.always are all sampled, by\nx-envoy-force-trace, which the filter sets.';
}
