/** The label of an attribute's metric, as the filter writes it (docs/filter.md, "Where attributes go"). */
export function metricLabel(key: string): string {
  return key.replaceAll(/[^A-Za-z0-9_]/g, '_');
}
