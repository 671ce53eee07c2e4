import { isIP } from 'node:net';

const SUFFIXES = ['.localhost', '.svc', '.cluster.local', '.internal'];
const CACHE_LIMIT = 1024;

/**
 * Clouds' metadata servers, which go by names and addresses that would else be the mesh's own. Whoever reaches
 * one reads a machine's credentials, and some log what they are sent: an identity has no business there.
 * Their link-local addresses, 169.254.169.254 above all, are no mesh hosts to begin with.
 */
const METADATA_SERVERS: ReadonlySet<string> = new Set([
  // https://cloud.google.com/compute/docs/metadata/querying-metadata
  ...['metadata', 'metadata.google.internal', 'fd20:ce::254'],
  // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html, and EKS Pod Identity
  ...['instance-data', 'instance-data.ec2.internal', 'fd00:ec2::254', 'fd00:ec2::23'],
  // https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm
  'fd00:c1::a9fe:a9fe',
]);

/**
 * The hosts that identity and baggage may be sent to: loopback and private addresses (RFC 1918, RFC 4193),
 * single-label names, `*.localhost`, `*.svc`, `*.cluster.local` and `*.internal`, but for clouds' metadata
 * servers; and what the user lists.
 */
export class MeshHosts {
  readonly #exact: ReadonlySet<string>;
  readonly #suffixes: readonly string[];
  /** Answers by host as it was given; emptied when full, since a proxy may see any number of hosts. */
  readonly #answers = new Map<string, boolean>();

  /** @param listed checked host names in lower case; `*.example.com` stands for every name below it. */
  constructor(listed: readonly string[]) {
    this.#exact = new Set(listed.filter((host) => !host.startsWith('*.')));
    const wildcards = listed.filter((host) => host.startsWith('*.')).map((host) => host.slice(1));
    this.#suffixes = [...SUFFIXES, ...wildcards];
  }

  /** @param host a host name or address, with or without a port, brackets or a trailing dot. */
  includes(host: string): boolean {
    let answer = this.#answers.get(host);
    if (answer === undefined) {
      answer = this.#decide(withoutPort(host.toLowerCase()));
      if (this.#answers.size >= CACHE_LIMIT) this.#answers.clear();
      this.#answers.set(host, answer);
    }
    return answer;
  }

  #decide(host: string): boolean {
    if (this.#exact.has(host)) return true;
    const family = isIP(host);
    if (family === 4) return isPrivateIPv4(host);
    if (family === 6) return isPrivateIPv6(host);
    if (METADATA_SERVERS.has(host)) return false;
    if (!isHostName(host)) return false;
    if (!host.includes('.')) return !looksLikeNumber(host);
    return this.#suffixes.some((suffix) => host.length > suffix.length && host.endsWith(suffix));
  }
}

/** Whether `host`, in lower case, can stand in the list: a name, an address, or `*.` before two labels or more. */
export function isHostPattern(host: string): boolean {
  if (isIP(host) !== 0) return true;
  // '*.com' is nobody's mesh.
  if (host.startsWith('*.')) return host.includes('.', 2) && isHostName(host.slice(2));
  return isHostName(host);
}

function withoutPort(host: string): string {
  if (host.startsWith('[')) return host.slice(1, host.indexOf(']'));
  const colon = host.indexOf(':');
  // Two colons and no brackets: an IPv6 address as node:http's `host` option takes it, without a port.
  const name = colon === -1 || host.includes(':', colon + 1) ? host : host.slice(0, colon);
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

function isPrivateIPv4(address: string): boolean {
  const [first = 0, second = 0] = address.split('.', 2).map(Number);
  if (first === 127 || first === 10) return true;
  return first === 172 ? second >= 16 && second <= 31 : first === 192 && second === 168;
}

function isPrivateIPv6(address: string): boolean {
  // URL writes every spelling of an address in its one canonical form (WHATWG URL, IPv6 serializer).
  const canonical = URL.parse(`http://[${address}]`)?.hostname.slice(1, -1);
  if (canonical === undefined) return false;
  if (METADATA_SERVERS.has(canonical)) return false;
  if (canonical === '::1') return true;
  if (canonical.startsWith('::ffff:')) {
    const [high = 0, low = 0] = canonical
      .slice(7)
      .split(':')
      .map((group) => Number.parseInt(group, 16));
    return isPrivateIPv4(`${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`);
  }
  // fc00::/7, RFC 4193.
  return /^f[cd][0-9a-f]{2}:/.test(canonical);
}

/** Characters of a host name, with the underscore that container names use. */
function isHostName(host: string): boolean {
  return /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(host);
}

/** getaddrinfo reads `134744072` and `0x8080808` as the address 8.8.8.8: no single-label names, these. */
function looksLikeNumber(label: string): boolean {
  return /^(\d+|0x[0-9a-f]*)$/.test(label);
}
