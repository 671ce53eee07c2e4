/** Which EnvoyFilters a mesh needs: a file for each concern, and in it one resource for each placement. */
import { filterStateOperator } from '../../../plan/attribute-route.ts';
import { namesSpans } from '../../envoy/options.ts';
import { stdoutLog } from '../../envoy-config/access-log.ts';
import { customTags } from '../../envoy-config/custom-tags.ts';
import { attributeRules, headerToMetadata, parentIdRules } from '../../envoy-config/header-to-metadata.ts';
import { traceGateExtension } from '../../envoy-config/trace-gate.ts';
import { collectorCluster, tracerProvider } from '../../envoy-config/tracer.ts';
import { wasmFilter } from '../../envoy-config/wasm-filter.ts';
import { type YamlDocument, yamlFile } from '../../print.ts';
import type { GeneratedFile, Generation } from '../../target.ts';
import { isPrivate } from '../custom-tags.ts';
import { logFields } from '../log-fields.ts';
import { type Listeners, placements } from '../placement.ts';
import { addCluster, envoyFilter, insertFilter, mergeManager, PRIORITY } from './envoy-filter.ts';

/** One concern: why it is there, and its patches of some listeners. */
interface Concern {
  readonly name: string;
  readonly title: string;
  readonly priority: number;
  patches(listeners: Listeners): readonly object[];
}

export function envoyFilters(generation: Generation, configuration: object | undefined): GeneratedFile[] {
  const concerns = [
    ...attachFilter(generation, configuration),
    ...requestData(generation),
    ...privateTags(generation),
    ...spanNames(generation),
    ...traceGates(generation),
    ...tracers(generation),
  ];
  return concerns.flatMap((concern) => fileOf(concern, generation));
}

function fileOf({ name, title, priority, patches }: Concern, generation: Generation): GeneratedFile[] {
  const documents = placements(generation.mesh).flatMap((placement): YamlDocument[] => {
    const configPatches = placement.listeners.flatMap(patches);
    if (configPatches.length === 0) return [];
    const named = { ...placement, name: `${placement.name}-${name}` };
    return [
      {
        comment: `For ${placement.proxies}.`,
        value: envoyFilter(named, generation.mesh, priority, configPatches),
      },
    ];
  });
  if (documents.length === 0) return [];
  return [{ path: `istio/envoy-filter-${name}.yaml`, text: yamlFile(title, documents, generation) }];
}

function attachFilter({ mesh }: Generation, configuration: object | undefined): Concern[] {
  const { attach, path, env, phase } = mesh.filter;
  if (attach !== 'envoyFilter' || configuration === undefined) return [];
  const filter = wasmFilter({ path, configuration, environment: env });
  return [
    {
      name: 'attach',
      title: `The filter, of a file: ${path} has to be there in every proxy container before this is applied, or its listeners\nare refused (a volume by the annotation sidecar.istio.io/userVolumeMount).${phase === 'AUTHN' ? '' : ' In front of the router, behind\nauthentication and authorization: of jwt_authn and rbac Istio has only those that a policy asks for, so\nneither is there to go by.'}`,
      priority: PRIORITY.filter,
      patches: (listeners) => [insertFilter(listeners, filter, phase === 'AUTHN' ? 'first' : 'last')],
    },
  ];
}

/** What has to be taken off the request before the router: the caller's span id, and private headers. */
function requestData({ mesh, routes }: Generation): Concern[] {
  const readsB3 = mesh.backends.tracing.kind === 'zipkin';
  const [filter] = headerToMetadata([...attributeRules(routes), ...parentIdRules(readsB3)]);
  const removes = routes.some(isPrivate)
    ? "\nBefore Istio 1.29 also each attribute, from the filter's private header, which does not reach the upstream."
    : ' Without\nthis file the log has no parent_id, and all else works.';
  return [
    {
      name: 'request-data',
      title: `The parent_id of the access log: the span id that a request came with. The tracer overwrites it for the\nupstream, so it is kept in metadata before.${removes}`,
      priority: PRIORITY.behindFilter,
      patches: (listeners) => [insertFilter(listeners, filter as object, 'last')],
    },
  ];
}

/** Tags of metadata, which Telemetry has not. They are added to its own: the lists of a merge become one. */
function privateTags({ mesh, routes }: Generation): Concern[] {
  const own = routes.filter(isPrivate);
  if (own.length === 0 || mesh.istio.tracing === 'envoyFilter') return [];
  return [
    {
      name: 'tags',
      title:
        "The tags of the filter's attributes, in addition to those of Telemetry. A proxy before Istio 1.29 reads no\nfilter state in a tag, and Telemetry no metadata.",
      priority: PRIORITY.manager,
      patches: (listeners) => [mergeManager(listeners, { tracing: { custom_tags: customTags(own) } })],
    },
  ];
}

function spanNames(generation: Generation): Concern[] {
  if (!namesSpans(generation)) return [];
  const operation = filterStateOperator('span_name');
  return [
    {
      name: 'span-names',
      title: 'The name of the SERVER span, as the filter chose it by spanName.',
      priority: PRIORITY.manager,
      patches: (listeners) => [mergeManager(listeners, { tracing: { operation } })],
    },
  ];
}

function traceGates({ mesh }: Generation): Concern[] {
  if (!mesh.istio.traceGate) return [];
  return [
    {
      name: 'trace-gate',
      title:
        'The trace gate, at gateways: header mutations before the tracer reads a request. A traceparent that it cannot\nread is dropped, and a caller with only B3 joins his trace.',
      priority: PRIORITY.manager,
      patches: (listeners) =>
        listeners.context === 'GATEWAY'
          ? [mergeManager(listeners, { early_header_mutation_extensions: [traceGateExtension()] })]
          : [],
    },
  ];
}

/** The tracer and the access log where MeshConfig cannot define them. */
function tracers(generation: Generation): Concern[] {
  const { mesh, routes } = generation;
  if (mesh.istio.tracing !== 'envoyFilter') return [];
  const { kind, host, port } = mesh.backends.tracing;
  const tracer = { kind, collector: { host, port }, serviceName: mesh.name };
  const log = stdoutLog(logFields(generation), mesh.logs.only);
  return [
    {
      name: 'tracer',
      title: `The tracer and the access log, without MeshConfig. An EnvoyFilter is one text for every proxy: with OTLP each\nreports service.name ${mesh.name}, and istio.cluster_id and the like are not there.`,
      priority: PRIORITY.manager,
      patches: (listeners) => [
        // Sidecars have the clusters of both directions in one list; once is enough.
        ...(listeners.context === 'SIDECAR_OUTBOUND'
          ? []
          : [addCluster(listeners, collectorCluster(tracer))]),
        mergeManager(listeners, {
          tracing: {
            spawn_upstream_span: listeners.context === 'GATEWAY',
            client_sampling: { value: 100 },
            random_sampling: { value: mesh.sampling.percent },
            overall_sampling: { value: 100 },
            custom_tags: customTags(routes),
            provider: tracerProvider(tracer),
          },
          access_log: [log],
        }),
      ],
    },
  ];
}
