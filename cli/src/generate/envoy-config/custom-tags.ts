/** Tags of spans (`envoy.type.tracing.v3.CustomTag`). A tag without a value is not set. */
import { type AttributeRoute, filterStateOperator } from '../../plan/attribute-route.ts';
import type { Json } from './extension.ts';
import { METADATA } from './header-to-metadata.ts';

/** Tags that copy what the filter left in filter state (`value` of a tag, Envoy 1.37). */
export function filterStateTags(keys: readonly string[]): Json[] {
  return keys.map((tag) => ({ tag, value: filterStateOperator(tag) }));
}

/** A tag for each attribute, in their order. */
export function customTags(routes: readonly AttributeRoute[]): Json[] {
  return routes.map((route) => ({ tag: route.key, ...tagOf(route) }));
}

function tagOf({ key, by, tag }: AttributeRoute): Json {
  switch (tag.kind) {
    case 'filterState':
      return { value: filterStateOperator(tag.key) };
    case 'literal':
      return { literal: { value: tag.value } };
    case 'environment':
      return { environment: { name: tag.name, ...defaultValue(tag.default) } };
    case 'header':
      // The filter's private header is gone when the span ends; what header_to_metadata made of it is not.
      return by === 'filter'
        ? { metadata: { kind: { request: {} }, metadata_key: { key: METADATA, path: [{ key }] } } }
        : { request_header: { name: tag.name, ...defaultValue(tag.default) } };
  }
}

function defaultValue(value: string | undefined): Json {
  return value === undefined ? {} : { default_value: value };
}
