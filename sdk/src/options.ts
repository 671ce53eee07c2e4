import type { IncomingMessage } from 'node:http';
import { MeshspanError } from './errors.ts';
import { BAGGAGE, DEFAULT_IDENTITY, REQUEST_ID, TRACE_HEADERS } from './formats/header-names.ts';
import { ISTIO_HEADERS } from './formats/opaque.ts';
import { DEFAULT_ORDER, type Format } from './formats/trace-context.ts';
import { checkHosts, checkIdentity, checkNames, checkOneOf, checkPropagation } from './option-checks.ts';
import { MeshHosts } from './outbound/mesh-hosts.ts';

/**
 * Which span the calls out name as their parent. `forward`: the one that came in, unchanged. `child`: the
 * active span of a registered OpenTelemetry SDK, else a span id made for each request, for relays that
 * report spans themselves. `auto`: the active span where an OpenTelemetry SDK gives one, else forward.
 */
export type Mode = 'auto' | 'forward' | 'child';

/**
 * What is believed of a request. `accept`: everything. `restart`: nothing; child mode starts a new trace
 * and keeps the old position as `link`. `ignore`: nothing, and no trace is started.
 */
export type Inbound = 'accept' | 'restart' | 'ignore';

/** Hosts that trace headers and x-request-id are sent to. */
export type TraceTo = 'all' | 'mesh';

/** Options of the Express middleware and of the Fastify plugin. All are optional. */
export interface MeshspanOptions {
  /** Formats that are sent; the first that parses is believed. Default: those that came in; order w3c, b3, b3multi. */
  propagation?: readonly Format[];
  /** Default `auto`. */
  mode?: Mode;
  /** Headers that say who a request is for, sent to mesh hosts only. Default x-user-id and x-tenant-id. */
  identity?: readonly string[];
  /** Hosts beside the mesh's own that identity and baggage are sent to: `api.example.com`, `*.example.com`. Default none. */
  propagateTo?: readonly string[];
  /**
   * Where trace headers and x-request-id go. `all`: to every host, as W3C has it. `mesh`: to the mesh's hosts and those
   * of `propagateTo` only, as identity and baggage do. Default `all`.
   */
  traceTo?: TraceTo;
  /**
   * `istio`: the headers of other tracers that Istio's list names (x-ot-span-context, x-cloud-trace-context,
   * grpc-trace-bin, x-datadog-*, sw8) go on unread and unchanged, beside the trace that came with them; in
   * child mode they do not, as they name a span that is no longer the parent. Default none.
   */
  preset?: 'istio';
  /** Trust in what comes in, fixed or by request. A function that throws counts as `ignore`. Default `accept`. */
  inbound?: Inbound | ((request: IncomingMessage) => Inbound);
  /** Whether answers tell browsers their trace, by `Server-Timing: trace;desc=…`. Default false. */
  serverTiming?: boolean;
}

/** Options once checked; every request's context points at the settings that it came in under. */
export interface Settings {
  /** Undefined: the formats that came in. */
  readonly formats: readonly Format[] | undefined;
  /** All three formats, the most believed first. */
  readonly order: readonly Format[];
  readonly mode: Mode;
  readonly identity: readonly string[];
  readonly meshHosts: MeshHosts;
  readonly traceTo: TraceTo;
  /** The preset's headers. */
  readonly opaque: readonly string[];
  /** All that says which trace a request belongs to: the formats' headers, and the preset's. */
  readonly traceNames: readonly string[];
  /** Every header that is read and written. */
  readonly names: ReadonlySet<string>;
  readonly inbound: Inbound | ((request: IncomingMessage) => Inbound);
  readonly serverTiming: boolean;
}

const KNOWN = [
  'propagation',
  'mode',
  'identity',
  'propagateTo',
  'traceTo',
  'preset',
  'inbound',
  'serverTiming',
];
const TRUST = ['accept', 'restart', 'ignore'] as const;

/** Whether a predicate's answer is one of the three. */
export function isInbound(value: unknown): value is Inbound {
  return TRUST.includes(value as Inbound);
}

/**
 * Checks options once, at set-up. `ignored` names keys that a framework adds of its own.
 * @throws MeshspanError with the path of the option that is wrong.
 */
export function resolveOptions(options: MeshspanOptions = {}, ignored: readonly string[] = []): Settings {
  checkNames(options, [...KNOWN, ...ignored], KNOWN);
  const {
    propagation,
    mode = 'auto',
    identity = DEFAULT_IDENTITY,
    propagateTo = [],
    traceTo = 'all',
    preset,
    inbound = 'accept',
    serverTiming = false,
  } = options;
  checkOneOf('MESHSPAN_ERR_MODE', 'mode', mode, ['auto', 'forward', 'child']);
  checkOneOf('MESHSPAN_ERR_TRACE_TO', 'traceTo', traceTo, ['all', 'mesh']);
  if (preset !== undefined) checkOneOf('MESHSPAN_ERR_PRESET', 'preset', preset, ['istio']);
  if (typeof inbound !== 'function') checkOneOf('MESHSPAN_ERR_INBOUND', 'inbound', inbound, TRUST);
  if (typeof serverTiming !== 'boolean') {
    const mend = 'Leave it out for false.';
    throw new MeshspanError('MESHSPAN_ERR_SERVER_TIMING', 'options.serverTiming', serverTiming, mend);
  }
  const formats = propagation === undefined ? undefined : checkPropagation(propagation);
  const identityNames = checkIdentity(identity);
  const opaque = preset === 'istio' ? ISTIO_HEADERS : [];
  const traceNames = [...TRACE_HEADERS, ...opaque];
  return {
    formats,
    order: [...new Set([...(formats ?? []), ...DEFAULT_ORDER])],
    mode,
    identity: identityNames,
    meshHosts: new MeshHosts(checkHosts(propagateTo)),
    traceTo,
    opaque,
    traceNames,
    names: new Set([...traceNames, REQUEST_ID, BAGGAGE, ...identityNames]),
    inbound,
    serverTiming,
  };
}
