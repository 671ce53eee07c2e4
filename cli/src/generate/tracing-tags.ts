/** Name of the filter-state object that the filter writes for an attribute, as Envoy's operators read it. */
export function filterStateKey(attribute: string): string {
  return `wasm.meshspan.${attribute}`;
}

/**
 * Span tags that copy the filter's attributes from filter state (`envoy.type.tracing.v3.CustomTag`, Envoy 1.37).
 * `PLAIN`: without it Envoy prints the value as base64 JSON. An attribute without a value makes no tag.
 */
export function filterStateTags(attributes: readonly string[]): object[] {
  return attributes.map((tag) => ({ tag, value: `%FILTER_STATE(${filterStateKey(tag)}:PLAIN)%` }));
}
