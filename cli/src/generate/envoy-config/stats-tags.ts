/** Labels of the filter's metrics (`envoy.config.metrics.v3.StatsConfig.stats_tags`). */
import type { Attribute } from '../../config/model.ts';
import { metricLabel } from '../../plan/metric-labels.ts';
import type { Json } from './extension.ts';

/** Rules for every attribute that is counted by its values, and for the filter's version. */
export function statsTags(attributes: readonly Pick<Attribute, 'key' | 'to'>[]): Json[] {
  const labels = attributes.filter(({ to }) => to?.metric === true).map(({ key }) => metricLabel(key));
  return [...labels.map((label) => statsTag(label)), statsTag('meshspan_version', 'version')];
}

/**
 * The rule by which Envoy makes a label of `<label>=.=<value>;.;` at the start of a statistic's name. Anchored:
 * the label `id` is not to be found in that of `tenant_id`, and Envoy looks at names with this start only
 * (`TagExtractorImplBase::extractRegexPrefix`).
 */
export function statsTag(label: string, name: string = label): Json {
  return { tag_name: name, regex: `^wasmcustom\\.(${label}=\\.=(.*?);\\.;)` };
}
