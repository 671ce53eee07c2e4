/** The meshspan.yaml that `meshspan init` writes: valid, short, and commented for who reads one for the first time. */
import { stringify } from 'yaml';

/** What init asks. */
export interface Answers {
  readonly name: string;
  readonly environment: 'development' | 'staging' | 'production';
  /** URL, such as otlp://otel-collector.observability:4317. */
  readonly tracing: string;
  /** Whose word on identity is taken; `none`: everybody's. */
  readonly trust: 'mesh' | 'edge' | 'none';
  /** Tenants whose names may stand on spans; none: every name. */
  readonly tenants: readonly string[];
}

/** What `init --yes` takes. */
export const DEFAULT_ANSWERS: Answers = {
  name: 'meshspan',
  environment: 'production',
  tracing: 'otlp://otel-collector.observability:4317',
  trust: 'mesh',
  tenants: [],
};

/** File name of the schema beside the definition. */
export const SCHEMA_FILE = 'meshspan.schema.json';

/** The text of the file. Every answer is printed by the YAML library, so that no text can break out of its place. */
export function template({ name, environment, tracing, trust, tenants }: Answers): string {
  return `# yaml-language-server: $schema=${SCHEMA_FILE}
#
# Who and where on every span of this mesh. Check it with \`meshspan validate\`, see what becomes of it with
# \`meshspan explain\`, write every configuration with \`meshspan generate all\`.

${field({ name })}
# Decides how much is sampled where sampling says nothing: development 100 %, staging 10 %, production 1 %.
${field({ environment })}
attributes:
  # Each goes to the spans of the proxies and into their access log under its key. The first source that has a
  # value counts; of a header that came twice, no value does.
  - key: user.id
    from: [{ header: x-user-id }]
    default: anonymous
    maxLength: 64
    # Personal data: put the HMAC of it in its place, under a key that only the proxies have.
    # hash: { algorithm: hmac-sha256, keyEnv: MESHSPAN_HASH_KEY }
  - key: tenant.id
    from: [{ header: x-tenant-id }]
${tenantLines(tenants)}  - key: cluster
    from: [{ node: CLUSTER_ID }, { property: xds.node.cluster }]

${trustLines(trust)}
# Names of spans: one for each kind of request, never one for each user.
# spanName: ["GET /users/{id}", "POST /orders"]

# Requests that are always traced, whatever the percentage.
# sampling:
#   percent: 5
#   always: [{ when: { tenant.id: acme } }]

backends:
${indent(field({ tracing }))}
# How proxies get the filter: the image and the sha256 that \`meshspan pack --push\` prints.
# filter:
#   env: { MESHSPAN_HASH_KEY: { fromProxy: true } } # for hash: the variable of the proxy
#   image: oci://registry.example.com/meshspan/filter:0.1.0
#   sha256: …

# Which proxies get it. Without this: every sidecar of the mesh.
# proxies:
#   - kind: sidecar
#   - { kind: gateway, namespace: istio-ingress, selector: { istio: ingressgateway } }
#   - { kind: waypoint, namespace: shop, name: waypoint }
`;
}

function tenantLines(tenants: readonly string[]): string {
  if (tenants.length === 0) return '    # Other names become "other":\n    # allow: [acme, globex]\n';
  const allow = stringify({ allow: tenants }, { collectionStyle: 'flow', lineWidth: 0 });
  return `    # Other names become "other".\n    ${allow.replace(/^\{ /, '').replace(/ \}\n$/, '\n')}`;
}

function trustLines(trust: Answers['trust']): string {
  if (trust === 'none') {
    return `# x-user-id and x-tenant-id are what the caller says. Who may be believed:
# trust: { identity: mesh }
`;
  }
  const meaning =
    trust === 'mesh'
      ? 'believed from peers with a SPIFFE id (mTLS), taken off the requests of others'
      : 'believed from nobody but the peers named here, taken off the requests of others';
  return `# x-user-id and x-tenant-id are what the caller says: ${meaning}.
trust:
  identity: ${trust}
  # peers: [spiffe://cluster.local/ns/*/sa/*]
`;
}

function field(value: object): string {
  return stringify(value, { lineWidth: 0 });
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
