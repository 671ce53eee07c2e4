import { LOG_FIELDS } from '../../plan/access-log-fields.ts';
import { whyNotNative } from '../../plan/attribute-route.ts';
import type { Attribute, Mesh } from '../model.ts';
import type { Finding } from '../rules.ts';
import { isOfResponse, kindOf, readsVerifiedJwt } from '../sources.ts';

/**
 * Span attributes that Envoy and Istio set themselves, so that another value under the same name would stand
 * beside or instead of theirs. Envoy: `Tracing::Tags` (source/common/tracing/common_values.h). Istio: the tags
 * that istiod adds to every proxy (pilot/pkg/networking/core/tracing.go).
 */
const RESERVED: ReadonlySet<string> = new Set([
  ...['component', 'error', 'downstream_cluster', 'peer.address', 'upstream_address', 'upstream_cluster'],
  ...['upstream_cluster.name', 'guid:x-client-trace-id', 'guid:x-request-id', 'node_id', 'zone', 'protocol'],
  ...['request_size', 'response_size', 'response_flags', 'user_agent', 'retry.count', 'http.protocol'],
  ...['http.method', 'http.status_code', 'http.url', 'grpc.authority', 'grpc.message', 'grpc.path'],
  ...['grpc.status_code', 'grpc.timeout', 'span.kind', 'service.name', 'status'],
  ...['istio.canonical_revision', 'istio.canonical_service', 'istio.cluster_id', 'istio.mesh_id'],
  ...['istio.namespace', 'istio.authorization.dry_run.allow_policy.name'],
  ...['istio.authorization.dry_run.allow_policy.result', 'istio.authorization.dry_run.deny_policy.name'],
  ...['istio.authorization.dry_run.deny_policy.result'],
]);

/** Keys of attributes and their sources. */
export function checkAttributes(mesh: Mesh): Finding[] {
  return [
    ...duplicates(mesh),
    ...notNative(mesh),
    ...mesh.attributes.flatMap((attribute, i) => [...ofOne(attribute, i, mesh)]),
  ];
}

function* duplicates({ attributes }: Mesh): Iterable<Finding> {
  for (const [i, { key }] of attributes.entries()) {
    const first = attributes.findIndex((other) => other.key === key);
    if (first === i) continue;
    yield {
      code: 'MESHSPAN_CONFIG_DUPLICATE',
      path: ['attributes', i, 'key'],
      ...{
        expected: 'a key that no attribute before it has',
        got: `${key}, the key of attributes[${first}]`,
      },
      mend: 'put the sources of both into one attribute, or rename one',
    };
  }
}

function* notNative(mesh: Mesh): Iterable<Finding> {
  for (const [i, key] of mesh.filter.native.entries()) {
    const attribute = mesh.attributes.find((other) => other.key === key);
    const why = attribute === undefined ? undefined : whyNotNative(attribute, mesh);
    if (why === undefined) continue;
    yield {
      code: 'MESHSPAN_CONFIG_CONFLICT',
      path: ['filter', 'native', i],
      ...{ expected: 'an attribute that Envoy can copy by itself', got: `${key}: ${why}` },
      mend: 'take it off this list, or take its rules away',
    };
  }
}

function* ofOne(attribute: Attribute, i: number, { filter }: Mesh): Iterable<Finding> {
  const { key, from } = attribute;
  if (RESERVED.has(key)) {
    yield {
      code: 'MESHSPAN_CONFIG_RESERVED',
      path: ['attributes', i, 'key'],
      ...{ expected: 'a name that Envoy and Istio do not set themselves', got: key },
      mend: `take another, such as app.${key}`,
    };
  }
  if (LOG_FIELDS.has(key)) {
    yield {
      code: 'MESHSPAN_CONFIG_RESERVED',
      path: ['attributes', i, 'key'],
      ...{ expected: "a name that is not one of the access log's own fields", got: key },
      mend: `take another, such as app.${key}`,
    };
  }
  const certain = from.findIndex((source) => kindOf(source) === 'literal');
  if (certain !== -1 && certain < from.length - 1) {
    yield {
      code: 'MESHSPAN_CONFIG_UNREACHABLE',
      path: ['attributes', i, 'from', certain + 1],
      ...{ expected: 'no source after a literal', got: `a ${kindOf(from[certain + 1] as object)} after one` },
      mend: 'move the literal to the end, or make it the default',
    };
  }
  const twice = from.findIndex((source, at) => from.slice(0, at).some((other) => isSame(other, source)));
  if (twice !== -1) {
    yield {
      code: 'MESHSPAN_CONFIG_UNREACHABLE',
      path: ['attributes', i, 'from', twice],
      ...{ expected: 'each source once', got: `${JSON.stringify(from[twice])} again` },
      mend: 'remove it',
    };
  }
  if (filter.phase === 'AUTHN' && readsVerifiedJwt(attribute)) {
    yield {
      code: 'MESHSPAN_CONFIG_PHASE',
      path: ['attributes', i, 'from', from.findIndex((source) => readsVerifiedJwt({ from: [source] }))],
      expected: 'no verified jwt with filter.phase AUTHN: jwt_authn stands behind the filter then',
      ...{ got: 'a jwt source', mend: 'set filter.phase to AUTHZ or STATS, or leave it out' },
    };
  }
  yield* responseBeforeRequest(attribute, i);
}

/** The filter reads the request's sources first, whatever their order (docs/filter.md), and refuses another one. */
function* responseBeforeRequest({ from }: Attribute, i: number): Iterable<Finding> {
  const response = from.findIndex(isOfResponse);
  const after = from.findIndex(
    (source, at) => at > response && !isOfResponse(source) && isOfRequest(kindOf(source)),
  );
  if (response === -1 || after === -1) return;
  yield {
    code: 'MESHSPAN_CONFIG_UNREACHABLE',
    path: ['attributes', i, 'from', response],
    ...{
      expected: 'sources of the response behind those of the request',
      got: `a ${kindOf(from[response] as object)} before one`,
    },
    mend: `move it behind ${kindOf(from[after] as object)}`,
  };
}

function isOfRequest(kind: string): boolean {
  return ['header', 'cookie', 'query', 'path', 'baggage', 'jwt'].includes(kind);
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a).toLowerCase() === JSON.stringify(b).toLowerCase();
}
