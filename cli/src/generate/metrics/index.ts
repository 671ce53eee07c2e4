/** Target `metrics`: what Prometheus reads, what it records of it, and when it raises an alert. */
import type { Mesh } from '../../config/model.ts';
import { proxyStats } from '../../plan/metric-labels.ts';
import { yamlFile } from '../print.ts';
import type { GeneratedFile, Generation, Target } from '../target.ts';
import { filterAlerts } from './filter-alerts.ts';
import { healthGroups } from './health-rules.ts';
import { monitorsFile, prometheusRuleFile } from './monitors.ts';
import { requestAlerts } from './request-alerts.ts';
import { requestGroups } from './request-rules.ts';
import type { RuleGroup } from './rule.ts';
import { scrapeFiles } from './scrape.ts';
import { tracingAlerts } from './tracing-alerts.ts';

export const metricsTarget: Target = {
  name: 'metrics',
  summary: 'Prometheus: what it reads, recording rules and alerts, also for its operator',
  generate(generation) {
    const groups = ruleGroups(generation.mesh);
    return [
      ...scrapeFiles(generation),
      monitorsFile(generation),
      rulesFile(generation, groups),
      prometheusRuleFile(generation, groups),
      proxyStatsFile(generation),
    ];
  },
};

/** Every group, recorded series before the alerts that read them. */
export function ruleGroups(mesh: Mesh): RuleGroup[] {
  return [
    ...requestGroups(mesh),
    ...healthGroups(mesh),
    requestAlerts(mesh),
    filterAlerts(mesh),
    tracingAlerts(mesh),
  ];
}

function rulesFile(generation: Generation, groups: readonly RuleGroup[]): GeneratedFile {
  const value = { groups: groups.map(({ name, rules }) => ({ name, rules })) };
  const comments = Object.fromEntries(groups.map(({ about }, i) => [`groups.${i}`, about]));
  const title = [
    'Recording and alerting rules. A Prometheus with scrape.yaml reads them from the same folder.',
    'istio_* metrics come from Istio only; plain Envoy has envoy_http_* in their place.',
  ].join('\n');
  return { path: 'metrics/rules.yaml', text: yamlFile(title, [{ value, comments }], generation) };
}

function proxyStatsFile(generation: Generation): GeneratedFile {
  const title = [
    "What Istio's proxies have to be told so that every metric of the rules is there: a part of MeshConfig.",
    'Target istio has it in its MeshConfig already; this file is for a MeshConfig of your own.',
    'Merge it into the mesh configuration (ConfigMap istio, or meshConfig of the Helm values); proxies take it when they restart.',
  ].join('\n');
  const document = {
    value: { defaultConfig: proxyStats(generation.mesh) },
    comments: {
      'defaultConfig.proxyStatsMatcher':
        "Added to what Istio keeps by itself: the tracer's counters and its cluster's.",
      'defaultConfig.extraStatTags': "Names of labels in the filter's counters.",
    },
  };
  return { path: 'metrics/proxy-stats.yaml', text: yamlFile(title, [document], generation) };
}
