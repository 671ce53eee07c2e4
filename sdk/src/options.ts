import type { IncomingMessage } from 'node:http';
import { MeshspanError } from './errors.ts';
import { BAGGAGE, DEFAULT_IDENTITY, REQUEST_ID, TRACE_HEADERS } from './formats/header-names.ts';
import { DEFAULT_ORDER, type Format } from './formats/trace-context.ts';
import { isHostPattern, MeshHosts } from './outbound/mesh-hosts.ts';

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
  readonly inbound: Inbound | ((request: IncomingMessage) => Inbound);
  readonly serverTiming: boolean;
}

const KNOWN = ['propagation', 'mode', 'identity', 'propagateTo', 'inbound', 'serverTiming'];
const TRUST: readonly unknown[] = ['accept', 'restart', 'ignore'];

/** Whether a predicate's answer is one of the three. */
export function isInbound(value: unknown): value is Inbound {
  return TRUST.includes(value);
}

/**
 * Checks options once, at set-up. `ignored` names keys that a framework adds of its own.
 * @throws MeshspanError with the path of the option that is wrong.
 */
export function resolveOptions(options: MeshspanOptions = {}, ignored: readonly string[] = []): Settings {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MeshspanError('MESHSPAN_ERR_OPTIONS', 'options', options, 'Pass an object, or nothing.');
  }
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key) && !ignored.includes(key)) {
      throw new MeshspanError(
        'MESHSPAN_ERR_OPTIONS',
        `options.${key}`,
        key,
        `Known are ${KNOWN.join(', ')}.`,
      );
    }
  }
  const {
    propagation,
    mode = 'auto',
    identity = DEFAULT_IDENTITY,
    propagateTo = [],
    inbound = 'accept',
    serverTiming = false,
  } = options;
  if (mode !== 'auto' && mode !== 'forward' && mode !== 'child') {
    throw new MeshspanError('MESHSPAN_ERR_MODE', 'options.mode', mode, 'Leave it out for auto.');
  }
  if (typeof inbound !== 'function' && !isInbound(inbound)) {
    throw new MeshspanError('MESHSPAN_ERR_INBOUND', 'options.inbound', inbound, 'Leave it out for accept.');
  }
  if (typeof serverTiming !== 'boolean') {
    const mend = 'Leave it out for false.';
    throw new MeshspanError('MESHSPAN_ERR_SERVER_TIMING', 'options.serverTiming', serverTiming, mend);
  }
  const formats = propagation === undefined ? undefined : checkPropagation(propagation);
  return {
    formats,
    order: [...new Set([...(formats ?? []), ...DEFAULT_ORDER])],
    mode,
    identity: checkIdentity(identity),
    meshHosts: new MeshHosts(checkHosts(propagateTo)),
    inbound,
    serverTiming,
  };
}

function checkPropagation(formats: readonly Format[]): readonly Format[] {
  const code = 'MESHSPAN_ERR_PROPAGATION';
  if (!Array.isArray(formats) || formats.length === 0) {
    throw new MeshspanError(code, 'options.propagation', formats, 'Leave it out to send what came in.');
  }
  for (const [index, format] of formats.entries()) {
    if (!DEFAULT_ORDER.includes(format) || formats.indexOf(format) !== index) {
      throw new MeshspanError(code, `options.propagation[${index}]`, format, 'Name each format once.');
    }
  }
  return [...formats];
}

/** Headers that would break the message, hand out a credential, or contradict the trace. */
const NOT_IDENTITY = [
  ...TRACE_HEADERS,
  ...[REQUEST_ID, BAGGAGE, 'host', 'connection', 'content-length', 'transfer-encoding', 'upgrade', 'te'],
  ...['trailer', 'keep-alive', 'expect', 'cookie', 'set-cookie', 'authorization', 'proxy-authorization'],
  '__proto__',
];

function checkIdentity(names: readonly string[]): readonly string[] {
  const code = 'MESHSPAN_ERR_IDENTITY';
  if (!Array.isArray(names)) {
    throw new MeshspanError(code, 'options.identity', names, "Write ['x-user-id'], or [] for none.");
  }
  const lowered = names.map((name: unknown, index) => {
    const isToken = typeof name === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
    if (!isToken || NOT_IDENTITY.includes(name.toLowerCase())) {
      throw new MeshspanError(code, `options.identity[${index}]`, name, 'Name an HTTP header of your own.');
    }
    return name.toLowerCase();
  });
  return [...new Set(lowered)];
}

function checkHosts(hosts: readonly string[]): readonly string[] {
  const code = 'MESHSPAN_ERR_PROPAGATE_TO';
  if (!Array.isArray(hosts)) {
    throw new MeshspanError(code, 'options.propagateTo', hosts, "Write ['api.example.com'].");
  }
  return hosts.map((host: unknown, index) => {
    if (typeof host !== 'string' || !isHostPattern(host.toLowerCase())) {
      const mend = 'Leave out scheme, port and path; a star stands for whole labels at the front.';
      throw new MeshspanError(code, `options.propagateTo[${index}]`, host, mend);
    }
    return host.toLowerCase();
  });
}
