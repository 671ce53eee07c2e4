/** The same as scrape.ts and the rules as resources of the Prometheus operator (monitoring.coreos.com/v1). */

import { type YamlDocument, yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';
import type { RuleGroup } from './rule.ts';
import { AGENT_PORT, KEPT, WAYPOINT_LABEL } from './scrape.ts';

/** `metrics/monitors.yaml`: a PodMonitor for each job of scrape.yaml. */
export function monitorsFile(generation: Generation): GeneratedFile {
  const { mesh } = generation;
  const { rootNamespace } = mesh.istio;
  const everywhere = { any: true };
  const only = (namespace: string): object => ({ matchNames: [namespace] });
  const agent = { sourceLabels: ['__address__'], ...AGENT_PORT, targetLabel: '__address__' };
  const ofPort = (port: string): object => ({
    sourceLabels: ['__meta_kubernetes_pod_container_port_number'],
    action: 'keep',
    regex: port,
  });
  const ofProxies = { path: '/stats/prometheus', relabel: [agent], keep: KEPT, port: 'http-envoy-prom' };
  const waypoint = WAYPOINT_LABEL.name.replace('gateway_istio_io_', 'gateway.istio.io/');
  const documents = [
    podMonitor(
      generation,
      'istiod',
      only(rootNamespace),
      { matchLabels: { app: 'istiod' } },
      {
        relabel: [ofPort('15014')],
      },
    ),
    podMonitor(
      generation,
      'proxies',
      everywhere,
      { matchExpressions: [{ key: waypoint, operator: 'NotIn', values: [WAYPOINT_LABEL.value] }] },
      ofProxies,
    ),
    podMonitor(
      generation,
      'waypoints',
      everywhere,
      { matchLabels: { [waypoint]: WAYPOINT_LABEL.value } },
      ofProxies,
    ),
    podMonitor(
      generation,
      'ztunnel',
      only(rootNamespace),
      { matchLabels: { app: 'ztunnel' } },
      {
        relabel: [ofPort('15020')],
      },
    ),
    podMonitor(generation, 'collector', only(mesh.collector.namespace), {}, { relabel: [ofPort('8888')] }),
  ];
  const title =
    'The jobs of scrape.yaml for the Prometheus operator. Apply with kubectl.\nThe operator takes only monitors that its Prometheus selects: metrics.operatorLabels, metrics.namespace.';
  return { path: 'metrics/monitors.yaml', text: yamlFile(title, documents, generation) };
}

/** `metrics/prometheus-rule.yaml`: the rules of rules.yaml. */
export function prometheusRuleFile(generation: Generation, groups: readonly RuleGroup[]): GeneratedFile {
  const value = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadata(generation, generation.mesh.name),
    spec: { groups: groups.map(({ name, rules }) => ({ name, rules })) },
  };
  const title = 'The rules of rules.yaml for the Prometheus operator. Apply with kubectl.';
  return { path: 'metrics/prometheus-rule.yaml', text: yamlFile(title, [{ value }], generation) };
}

interface Endpoint {
  readonly port?: string;
  readonly path?: string;
  readonly relabel: readonly object[];
  /** Regular expression of the metrics that are kept. */
  readonly keep?: string;
}

function podMonitor(
  generation: Generation,
  job: string,
  namespaceSelector: object,
  selector: object,
  { port, path, relabel, keep }: Endpoint,
): YamlDocument {
  const value = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: metadata(generation, `${generation.mesh.name}-${job}`),
    spec: {
      namespaceSelector,
      selector,
      podMetricsEndpoints: [
        {
          ...{ port, path, interval: generation.mesh.metrics.scrapeInterval },
          // The operator names a job after the monitor's namespace and name; rules ask for the job's own.
          relabelings: [...relabel, { targetLabel: 'job', replacement: job }],
          metricRelabelings:
            keep === undefined ? undefined : [{ sourceLabels: ['__name__'], action: 'keep', regex: keep }],
        },
      ],
    },
  };
  return { value };
}

function metadata({ mesh: { metrics } }: Generation, name: string): object {
  return { name, namespace: metrics.namespace, labels: metrics.operatorLabels };
}
