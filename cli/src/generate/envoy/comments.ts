/** Comments of generated Envoy configurations: why a field is as it is, by the field's path. */
import type { Mesh } from '../../config/model.ts';
import { FILTER_STATE_TAGS, isAtLeast } from '../../config/versions.ts';
import type { BootstrapOptions } from '../envoy-config/bootstrap.ts';
import type { Generation } from '../target.ts';
import { SPAN_NAMES } from './options.ts';

export type Comments = Readonly<Record<string, string>>;

const MANAGER = 'static_resources.listeners.0.filter_chains.0.filters.0.typed_config';

/** Comments of a whole bootstrap. */
export function bootstrapComments(options: BootstrapOptions, generation: Generation): Comments {
  return {
    ...under(MANAGER, managerComments(options, generation)),
    ...(generation.mesh.trust === undefined ? {} : { 'static_resources.listeners.0.filter_chains': NO_TLS }),
    ...(options.samplesBy === undefined
      ? {}
      : { [`${MANAGER}.route_config.virtual_hosts.0.routes`]: routesComment(generation.mesh) }),
    ...(isEmpty(options.statsTags) ? {} : { 'stats_config.stats_tags': STATS_TAGS }),
    'static_resources.clusters.0': collectorComment(generation.mesh),
  };
}

/** Comments of the connection manager's fields. */
export function managerComments(options: BootstrapOptions, { mesh, versions }: Generation): Comments {
  const tracing: Record<string, string> = {
    random_sampling: `Percent of the requests that came without a decision (environment: ${mesh.environment}).`,
    custom_tags: isAtLeast(versions.envoy, FILTER_STATE_TAGS)
      ? 'On the SERVER span and on that of the call upstream. A tag without a value is not set.'
      : `Envoy ${versions.envoy} cannot read filter state here: the filter writes private headers, which header_to_metadata takes off again.`,
    provider: PROVIDERS[mesh.backends.tracing.kind],
  };
  if (options.tracing.operation !== undefined) tracing.operation = 'The name of the SERVER span: spanName.';
  else if (mesh.spanName !== undefined) {
    tracing.spawn_upstream_span = `spanName needs Envoy ${SPAN_NAMES}: spans keep Envoy's own names here.`;
  }
  return {
    ...under('tracing', tracing),
    access_log: logComment(mesh),
    ...(options.isEdge === true ? EDGE : {}),
    ...(options.traceGate === true ? { early_header_mutation_extensions: TRACE_GATE } : {}),
    ...(isEmpty(options.behind) ? {} : { [`http_filters.${options.filter === undefined ? 0 : 1}`]: BEHIND }),
  };
}

/** The comment of the routes that sample. */
export function routesComment({ trust }: Mesh): string {
  const mark =
    trust?.identity === 'mesh'
      ? ', here or at a proxy before this one'
      : '. The header that it sends on is not matched: at an edge it would be a stranger who says so';
  return `Each route stands here once more, sampled: for requests that met a rule of sampling.always${mark}.`;
}

export const STATS_TAGS = 'Labels of the metrics that the filter counts.';

/** Where spans go, and why nothing waits for it. */
export function collectorComment({ backends: { tracing, logs } }: Mesh): string {
  const what = logs.kind === 'otlp' ? 'Spans and access logs' : 'Spans';
  return `${what} go to ${tracing.kind}://${tracing.host}:${tracing.port}. Requests flow all the same where nobody listens.`;
}

const TRACE_GATE =
  "Runs before the tracer reads the trace: a caller's B3 becomes a traceparent, and one that cannot be read is dropped.";
const EDGE: Comments = {
  use_remote_address:
    "A stranger's x-request-id could have his request sampled: Envoy makes it anew for callers from outside.\nBehind a load balancer that sets x-forwarded-for add xff_num_trusted_hops.",
  common_http_protocol_options: 'Some services read x_user_id as x-user-id, past what trust takes away.',
};
const NO_TLS =
  'No TLS: nobody shows a certificate here, so trust takes every caller for a stranger. For callers with SPIFFE ids\nadd a transport_socket with require_client_certificate and the trusted_ca of the mesh.';
const BEHIND = 'Behind the filter and in front of the router, which puts its own trace into the headers.';

const PROVIDERS: Readonly<Record<Mesh['backends']['tracing']['kind'], string>> = {
  otlp: 'OTLP over gRPC; trace headers are W3C (traceparent).',
  'otlp+http': 'OTLP over HTTP; trace headers are W3C (traceparent).',
  zipkin: 'Reads B3, then W3C, and sends both.',
  datadog: "Datadog's own trace headers and W3C, as its tracer has them.",
  skywalking: "SkyWalking's own trace header, sw8: neither W3C nor B3 callers join their trace.",
};

function logComment({ logs, backends }: Mesh): string {
  const only = logs.only === 'errors' ? 'Requests with a status of 400 or above, or with none. ' : '';
  const sink = backends.logs.kind;
  if (sink === 'otlp') return `${only}Records for the OpenTelemetry Collector.`;
  return `${only}One line of JSON on stdout${sink === 'stdout' ? '' : `, from where an agent takes it to ${sink}`}.`;
}

/** The same comments, one level deeper. */
export function under(path: string, comments: Comments): Comments {
  return Object.fromEntries(Object.entries(comments).map(([key, text]) => [`${path}.${key}`, text]));
}

function isEmpty(list: readonly unknown[] | undefined): boolean {
  return list === undefined || list.length === 0;
}
