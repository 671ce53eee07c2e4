/** How each attribute gets to the span and into the access log: by Envoy itself, or by the filter. */
import type { Attribute, Mesh } from '../config/model.ts';
import { isIdentity } from '../config/sources.ts';
import { FILTER_STATE_TAGS, isAtLeast } from '../config/versions.ts';

/** What a span's tag reads (Envoy `envoy.type.tracing.v3.CustomTag`; Istio Telemetry `customTags`). */
export type TagSource =
  | { readonly kind: 'filterState'; readonly key: string }
  | { readonly kind: 'header'; readonly name: string; readonly default?: string }
  | { readonly kind: 'environment'; readonly name: string; readonly default?: string }
  | { readonly kind: 'literal'; readonly value: string };

/** One attribute's way. */
export interface AttributeRoute {
  readonly attribute: Attribute;
  /** Its key, which is the tag's name. */
  readonly key: string;
  /** Who carries the value: Envoy alone, or the filter. */
  readonly by: 'envoy' | 'filter';
  /** Why, as the end of a sentence for people. */
  readonly why: string;
  readonly tag: TagSource;
  /** The value in an access log's format; for an Envoy older than 1.37 the private header. */
  readonly log: string;
}

/** Names of filter state, as Envoy's operators take them. */
export const FILTER_STATE_PREFIX = 'wasm.meshspan.';

/** Private request header of an attribute for proxies that cannot read filter state (`output: header`). */
export function privateHeader(key: string): string {
  return `x-meshspan-${key.toLowerCase()}`;
}

/** `%FILTER_STATE(wasm.meshspan.<key>:PLAIN)%`: PLAIN, or Envoy writes base64 in JSON. */
export function filterStateOperator(key: string): string {
  return `%FILTER_STATE(${FILTER_STATE_PREFIX}${key}:PLAIN)%`;
}

/** The way of each attribute, in their order, on an Envoy of this release ("1.40"). */
export function attributeRoutes(mesh: Mesh, envoy: string): AttributeRoute[] {
  return mesh.attributes.map(
    (attribute) => nativeRoute(attribute, mesh) ?? filterRoute(attribute, mesh, envoy),
  );
}

/** Whether there is anything for the filter to do. */
export function needsFilter(mesh: Mesh, routes: readonly AttributeRoute[]): boolean {
  const { trust, spanName, debugWhen, traceId, sampling } = mesh;
  const features = [trust, spanName, debugWhen, traceId].some((feature) => feature !== undefined);
  return features || sampling.always.length > 0 || routes.some(({ by }) => by === 'filter');
}

/** Why Envoy cannot carry an attribute by itself, or undefined where it can. */
export function whyNotNative(attribute: Attribute, mesh: Mesh): string | undefined {
  const {
    key,
    from,
    default: fallback,
    ambiguous: _,
    identity: __,
    key: ___,
    from: ____,
    ...rules
  } = attribute;
  const [rule] = Object.keys(rules);
  if (rule !== undefined) return `${rule} is the filter's`;
  if (from.length > 1) return 'several sources are tried in turn';
  if (mesh.trust !== undefined && isIdentity(attribute)) return 'trust governs it';
  if (conditions(mesh).some((condition) => key in condition)) return 'a rule asks for its value';
  if (mesh.metrics.labels.includes(key)) return 'a metric has it as a label';
  const [source = {}] = from;
  if (source.literal !== undefined) return undefined;
  if (source.env !== undefined) {
    const value = mesh.filter.env[source.env];
    if (value === '') return 'its variable is empty, which is no value';
    return value === undefined ? 'its variable is set outside of this file' : undefined;
  }
  if (source.header === undefined || source.header.startsWith(':')) return 'Envoy has no tag of this source';
  if (!mesh.filter.native.includes(key)) return 'its header is bounded, cleaned and refused when repeated';
  return fallback !== undefined && /%/.test(fallback)
    ? 'Envoy would read its default as a format'
    : undefined;
}

function nativeRoute(attribute: Attribute, mesh: Mesh): AttributeRoute | undefined {
  if (whyNotNative(attribute, mesh) !== undefined) return undefined;
  const { key, from, default: fallback } = attribute;
  const [source = {}] = from;
  const route = (tag: TagSource, log: string, why: string): AttributeRoute => ({
    ...{ attribute, key, by: 'envoy', why, tag, log },
  });
  const value = source.literal ?? literalOf(mesh.filter.env[source.env ?? '']);
  if (value !== undefined) {
    // Doubled, as a single % begins an operator in a log's format.
    return route({ kind: 'literal', value }, value.replaceAll('%', '%%'), 'it is a constant');
  }
  if (source.env !== undefined) {
    const name = source.env;
    const tag: TagSource = {
      kind: 'environment',
      name,
      ...(fallback === undefined ? {} : { default: fallback }),
    };
    return route(tag, `%ENVIRONMENT(${name})%`, 'it is a variable of the proxy');
  }
  const name = (source.header as string).toLowerCase();
  const tag: TagSource = { kind: 'header', name, ...(fallback === undefined ? {} : { default: fallback }) };
  return route(tag, `%REQ(${name})%`, 'filter.native names it');
}

function filterRoute(attribute: Attribute, mesh: Mesh, envoy: string): AttributeRoute {
  const { key } = attribute;
  const why = whyNotNative(attribute, mesh) ?? '';
  if (isAtLeast(envoy, FILTER_STATE_TAGS)) {
    return {
      attribute,
      key,
      by: 'filter',
      why,
      tag: { kind: 'filterState', key },
      log: filterStateOperator(key),
    };
  }
  const tag: TagSource = { kind: 'header', name: privateHeader(key) };
  return { attribute, key, by: 'filter', why, tag, log: filterStateOperator(key) };
}

function conditions({ sampling, debugWhen = [] }: Mesh): readonly object[] {
  return [...sampling.always, ...debugWhen].map(({ when }) => when);
}

function literalOf(value: Mesh['filter']['env'][string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
