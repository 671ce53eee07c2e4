/** How each attribute gets from its sources to spans, logs, metrics and headers, and who carries it. */
import type { LoadedMesh } from '../config/load.ts';
import type { Attribute, Mesh, Source } from '../config/model.ts';
import type { Versions } from '../config/rules.ts';
import { isIdentity, isOfResponse, kindOf, readsVerifiedJwt } from '../config/sources.ts';
import { FILTER_STATE_TAGS, isAtLeast } from '../config/versions.ts';
import { generationFor } from '../generate/target.ts';
import { type AttributeRoute, FILTER_STATE_PREFIX, type TagSource } from '../plan/attribute-route.ts';
import { metricLabel } from '../plan/metric-labels.ts';
import { moduleOf, whyWholeModule } from '../plan/module.ts';
import { type Cost, costOf } from './cost.ts';

/** One attribute, explained. Each text is for people; `by` is for machines too. */
export interface Explanation {
  readonly key: string;
  readonly by: 'envoy' | 'filter';
  readonly why: string;
  /** In the order in which they are tried. */
  readonly sources: readonly string[];
  /** What a value passes, in this order. */
  readonly rules: readonly string[];
  readonly span: string;
  readonly log: string;
  readonly metric: string;
  /** Headers and baggage that get the value. */
  readonly headers: readonly string[];
  /** What does not work on this proxy, and what the mesh has to see to by itself. */
  readonly cautions: readonly string[];
}

/** What `meshspan explain` tells. */
export interface Explained {
  readonly envoy: string;
  readonly attributes: readonly Explanation[];
  readonly cost: Cost;
  /** The build of the filter that is enough, and what needs the whole one; undefined: no filter. */
  readonly module: { readonly name: string; readonly why?: string } | undefined;
}

/** Explains one attribute, or all, on the Envoy of these versions. */
export function explain(loaded: LoadedMesh, versions: Versions, key?: string): Explained {
  const { mesh, routes, filterConfiguration } = generationFor(loaded, versions);
  const why = whyWholeModule(mesh);
  const module = filterConfiguration === undefined ? undefined : moduleOf(mesh);
  const byFilter = routes.filter(({ by }) => by === 'filter').length;
  return {
    envoy: versions.envoy,
    attributes: routes
      .filter((route) => key === undefined || route.key === key)
      .map((route) => explainRoute(route, mesh, versions.envoy)),
    cost: costOf(byFilter, routes.length - byFilter, module),
    module: module === undefined ? undefined : { name: module, ...(why && { why }) },
  };
}

function explainRoute(route: AttributeRoute, mesh: Mesh, envoy: string): Explanation {
  const { attribute, key, by, why, tag, log } = route;
  const { from, default: fallback, to = {} } = attribute;
  return {
    ...{ key, by, why, log, span: spanText(tag, key) },
    sources: [...from.map(sourceText), ...(fallback === undefined ? [] : [`default "${fallback}"`])],
    rules: rulesOf(attribute, mesh),
    metric: metricText(attribute, mesh),
    headers: [
      ...(to.header === undefined ? [] : [`request header ${to.header}`]),
      ...(to.baggage ? [`baggage ${to.baggage === true ? key : to.baggage}`] : []),
      ...(to.responseHeader === undefined ? [] : [`response header ${to.responseHeader}`]),
    ],
    cautions: [...cautionsOf(route, mesh, envoy)],
  };
}

function sourceText(source: Source): string {
  const kind = kindOf(source);
  const value = source[kind];
  const name = Array.isArray(value) ? value.join(' › ') : value === true ? '' : ` ${value}`;
  if (kind === 'jwt') return `${source.unverified ? 'unverified' : 'verified'} claim${name}`;
  return `${isOfResponse(source) ? 'response: ' : ''}${kind}${name}`;
}

/** Sources that `ambiguous` is about. */
const REPEATABLE: readonly string[] = ['header', 'cookie', 'baggage'];

function rulesOf(attribute: Attribute, mesh: Mesh): string[] {
  const {
    ambiguous = 'reject',
    maxLength = 256,
    lowercase,
    pattern,
    allow,
    hash,
    mask,
    maxDistinct,
  } = attribute;
  const rules = [`at most ${maxLength} characters`];
  if (attribute.from.some((source) => REPEATABLE.includes(kindOf(source))))
    rules.unshift(`repeated header: ${ambiguous}`);
  if (mesh.trust !== undefined && isIdentity(attribute)) rules.unshift(`trust: ${mesh.trust.identity}`);
  if (lowercase) rules.push('lower case');
  if (pattern !== undefined) rules.push(`matches ${pattern}`);
  if (allow !== undefined) rules.push(`one of ${allow.length}, else "other"`);
  if (hash !== undefined)
    rules.push(`${hash.algorithm} with the key in ${hash.keyEnv}, ${hash.length ?? 64} digits`);
  if (mask !== undefined) rules.push(`masked but for the last ${mask}`);
  if (maxDistinct !== undefined) rules.push(`at most ${maxDistinct} different values a worker, else "other"`);
  return rules;
}

function spanText(tag: TagSource, key: string): string {
  switch (tag.kind) {
    case 'filterState':
      return `filter state ${FILTER_STATE_PREFIX}${tag.key} → tag ${key}`;
    case 'header':
      return `request header ${tag.name} → tag ${key}`;
    case 'environment':
      return `variable ${tag.name} of the proxy → tag ${key}`;
    case 'literal':
      return `"${tag.value}" → tag ${key}`;
  }
}

function metricText({ key, to }: Attribute, mesh: Mesh): string {
  const label = metricLabel(key);
  const own = to?.metric ? [`meshspan_${label}_requests and _errors{${label}}`] : [];
  const istio = mesh.metrics.labels.includes(key) ? [`Istio's request metrics{${label}}`] : [];
  return [...own, ...istio].join(', ');
}

/** Whether whoever sends a request can choose what a source reads. */
function isSaidByCaller(source: Source): boolean {
  return source.unverified === true || SAID_BY_CALLER.includes(kindOf(source));
}

const SAID_BY_CALLER: readonly string[] = ['header', 'cookie', 'query', 'path', 'baggage'];

function* cautionsOf({ attribute, by, tag }: AttributeRoute, mesh: Mesh, envoy: string): Iterable<string> {
  if (mesh.trust === undefined && isIdentity(attribute) && attribute.from.some(isSaidByCaller)) {
    yield 'without trust anybody is believed who sends it: something in front has to take it off';
  }
  if (readsVerifiedJwt(attribute)) {
    yield 'verified claims are there only behind jwt_authn (in Istio a RequestAuthentication), which is yours to set up';
  }
  if (by === 'envoy' && tag.kind === 'header') {
    yield 'Envoy copies the header as it is: not cut, not cleaned, of repeated ones the first';
  }
  if (by !== 'filter' || isAtLeast(envoy, FILTER_STATE_TAGS)) return;
  yield `Envoy ${envoy} cannot read filter state in a tag: the value goes by a private header`;
  if (attribute.from.some(isOfResponse)) yield 'no source of the response is read there';
}
