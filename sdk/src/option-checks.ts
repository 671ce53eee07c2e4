import { type ErrorCode, MeshspanError } from './errors.ts';
import { BAGGAGE, REQUEST_ID, TRACE_HEADERS } from './formats/header-names.ts';
import { ISTIO_HEADERS } from './formats/opaque.ts';
import { DEFAULT_ORDER, type Format } from './formats/trace-context.ts';
import { isHostPattern } from './outbound/mesh-hosts.ts';

/** Refuses what is no object, and any name that is not among `allowed`; `shown` are those to choose from. */
export function checkNames(options: object, allowed: readonly string[], shown: readonly string[]): void {
  const code = 'MESHSPAN_ERR_OPTIONS';
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new MeshspanError(code, 'options', options, 'Pass an object, or nothing.');
  }
  for (const name of Object.keys(options)) {
    if (!allowed.includes(name)) {
      throw new MeshspanError(code, `options.${name}`, name, `Known are ${shown.join(', ')}.`);
    }
  }
}

/** Refuses a value that is none of `choices`; the first of them is the default, where there is one. */
export function checkOneOf(code: ErrorCode, name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  throw new MeshspanError(code, `options.${name}`, value, `Write '${choices[0]}', or leave it out.`);
}

export function checkPropagation(formats: readonly Format[]): readonly Format[] {
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

/** Headers that would break the message, hand out a credential, or contradict the trace; and why they cannot be. */
const NOT_IDENTITY: readonly (readonly [names: readonly string[], mend: string])[] = [
  [[...TRACE_HEADERS, ...ISTIO_HEADERS], 'It is a trace header and goes on as one; leave it out here.'],
  [[REQUEST_ID, BAGGAGE], 'It goes on without being named; leave it out here.'],
  [
    ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'],
    'A credential is never sent on; let a gateway turn it into a header such as x-user-id.',
  ],
  [
    [
      'host',
      'connection',
      'content-length',
      'transfer-encoding',
      'upgrade',
      'te',
      'trailer',
      'keep-alive',
      'expect',
    ],
    'It belongs to one message and not to a user; leave it out.',
  ],
  [['__proto__'], 'JavaScript keeps that name for itself; choose another.'],
];

export function checkIdentity(names: readonly string[]): readonly string[] {
  const code = 'MESHSPAN_ERR_IDENTITY';
  if (!Array.isArray(names)) {
    throw new MeshspanError(code, 'options.identity', names, "Write ['x-user-id'], or [] for none.");
  }
  const lowered = names.map((name: unknown, index) => {
    const where = `options.identity[${index}]`;
    // RFC 9110 §5.6.2, a token.
    if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
      throw new MeshspanError(
        code,
        where,
        name,
        "A header's name is text without blanks, such as 'x-user-id'.",
      );
    }
    const known = NOT_IDENTITY.find(([taken]) => taken.includes(name.toLowerCase()));
    if (known !== undefined) throw new MeshspanError(code, where, name, known[1]);
    return name.toLowerCase();
  });
  return [...new Set(lowered)];
}

export function checkHosts(hosts: readonly string[]): readonly string[] {
  const code = 'MESHSPAN_ERR_PROPAGATE_TO';
  if (!Array.isArray(hosts)) {
    throw new MeshspanError(code, 'options.propagateTo', hosts, "Write ['api.example.com'].");
  }
  return hosts.map((host: unknown, index) => {
    if (typeof host !== 'string' || !isHostPattern(host.toLowerCase())) {
      throw new MeshspanError(code, `options.propagateTo[${index}]`, host, mendOfHost(host));
    }
    return host.toLowerCase();
  });
}

function mendOfHost(host: unknown): string {
  const text = String(host);
  if (text.includes('*')) return "A star stands for whole labels before at least two: '*.example.com'.";
  const { hostname } = URL.parse(text.includes('://') ? text : `http://${text}`) ?? {};
  if (!hostname || !isHostPattern(hostname)) return "Write a host name: 'api.example.com'.";
  return `Write '${hostname}': no scheme, port or path, since all of a host is trusted or none.`;
}
