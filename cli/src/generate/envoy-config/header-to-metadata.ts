/** What Envoy's header_to_metadata takes from request headers, behind the filter and in front of the router. */
import { type AttributeRoute, privateHeader } from '../../plan/attribute-route.ts';
import { extension, type Json, type NamedExtension } from './extension.ts';

/** Dynamic metadata with the attributes, for an Envoy whose tags cannot read filter state. */
export const METADATA = 'meshspan';
/** Dynamic metadata with the span id of the caller. */
const TRACE_METADATA = 'meshspan.trace';

/** The span id that the request came with, for access logs. */
export const PARENT_ID: string = `%DYNAMIC_METADATA(${TRACE_METADATA}:parent_id)%`;

/** One rule (`envoy.extensions.filters.http.header_to_metadata.v3.Config.Rule`). */
export type HeaderRule = Json;

/** The filter with these rules; none: no filter. */
export function headerToMetadata(rules: readonly HeaderRule[]): NamedExtension[] {
  if (rules.length === 0) return [];
  const type = 'envoy.extensions.filters.http.header_to_metadata.v3.Config';
  return [extension('envoy.filters.http.header_to_metadata', type, { request_rules: rules })];
}

/** `output: header`: takes the filter's private headers off the request, before the upstream sees them. */
export function attributeRules(routes: readonly AttributeRoute[]): HeaderRule[] {
  return routes
    .filter(({ by, tag }) => by === 'filter' && tag.kind === 'header')
    .map(({ key }) => ({
      header: privateHeader(key),
      on_header_present: { metadata_namespace: METADATA, key, type: 'STRING' },
      remove: true,
    }));
}

/**
 * The span id of the caller, from the headers that the tracer reads, the last one of them winning as it does
 * there. In front of the router only: the tracer puts its own id into the same headers for the upstream. Bounded
 * counts make RE2's programs long (Envoy's limit is 100), so the ids' lengths are checked by `\w{16}` alone. A
 * header of another form has no match, and so an empty value, which is none.
 */
export function parentIdRules(readsB3: boolean): HeaderRule[] {
  const traceparent = parentIdRule('traceparent', '^(?:\\w+-\\w+-(\\w{16})-.*|.*)$');
  if (!readsB3) return [traceparent];
  return [
    traceparent,
    parentIdRule('b3', '^(?:\\w+-(\\w{16}).*|.*)$'),
    parentIdRule('x-b3-spanid', '^(?:(\\w{16})|.*)$'),
  ];
}

function parentIdRule(header: string, regex: string): HeaderRule {
  const rewrite = { pattern: { regex }, substitution: '\\1' };
  return {
    header,
    on_header_present: { metadata_namespace: TRACE_METADATA, key: 'parent_id', regex_value_rewrite: rewrite },
  };
}
