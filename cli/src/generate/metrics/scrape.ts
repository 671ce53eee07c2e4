/** What Prometheus reads, and where: configurations of Prometheus itself. */

import { yamlFile } from '../print.ts';
import type { GeneratedFile, Generation } from '../target.ts';

/** Applications' own metrics, which Istio's agent merges into the proxy's, are another job's matter. */
export const KEPT = '(istio|envoy|meshspan)_.+';

/** The pod's address with the port of Istio's agent in place of Envoy's; brackets of IPv6 stay. */
export const AGENT_PORT = { regex: '(.+):\\d+', replacement: '$1:15020' } as const;

/** A waypoint's pods have it, gateways' have another controller (Istio, files/waypoint.yaml). */
export const WAYPOINT_LABEL = {
  name: 'gateway_istio_io_managed',
  value: 'istio.io-mesh-controller',
} as const;

/** `metrics/scrape.yaml` for a mesh in Kubernetes, `metrics/scrape-envoy.yaml` for a plain Envoy. */
export function scrapeFiles(generation: Generation): GeneratedFile[] {
  return [kubernetes(generation), plainEnvoy(generation)];
}

function kubernetes(generation: Generation): GeneratedFile {
  const { mesh } = generation;
  const meta = (name: string): string => `__meta_kubernetes_pod_${name}`;
  const keep = (label: string, regex: string): object => ({ source_labels: [label], action: 'keep', regex });
  const names = [
    { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
    { source_labels: [meta('name')], target_label: 'pod' },
    { source_labels: [meta('phase')], action: 'drop', regex: 'Pending|Succeeded|Failed|Completed' },
  ];
  const discovery = (namespace?: string): object => ({
    kubernetes_sd_configs: [
      { role: 'pod', ...(namespace === undefined ? {} : { namespaces: { names: [namespace] } }) },
    ],
  });
  const agent = { source_labels: ['__address__'], ...AGENT_PORT, target_label: '__address__' };
  const isProxy = keep(meta('container_port_name'), 'http-envoy-prom');
  const waypoint = { source_labels: [meta(`label_${WAYPOINT_LABEL.name}`)], regex: WAYPOINT_LABEL.value };
  const kept = [{ source_labels: ['__name__'], action: 'keep', regex: KEPT }];
  const proxies = (name: string, action: 'keep' | 'drop'): object => ({
    job_name: name,
    metrics_path: '/stats/prometheus',
    ...discovery(),
    relabel_configs: [isProxy, { ...waypoint, action }, agent, ...names],
    metric_relabel_configs: kept,
  });
  const value = {
    global: {
      scrape_interval: mesh.metrics.scrapeInterval,
      evaluation_interval: mesh.metrics.scrapeInterval,
    },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      {
        job_name: 'istiod',
        ...discovery(mesh.istio.rootNamespace),
        relabel_configs: [
          keep(meta('label_app'), 'istiod'),
          keep(meta('container_port_number'), '15014'),
          ...names,
        ],
      },
      proxies('proxies', 'drop'),
      proxies('waypoints', 'keep'),
      {
        job_name: 'ztunnel',
        ...discovery(mesh.istio.rootNamespace),
        relabel_configs: [
          keep(meta('label_app'), 'ztunnel'),
          keep(meta('container_port_number'), '15020'),
          ...names,
        ],
      },
      {
        job_name: 'collector',
        ...discovery(mesh.collector.namespace),
        relabel_configs: [keep(meta('container_port_number'), '8888'), ...names],
      },
    ],
  };
  const title = [
    'Configuration of Prometheus for the mesh: istiod, proxies, waypoints, ztunnel, collector.',
    'With an own prometheus.yml: copy the jobs. Its service account has to list pods in every namespace.',
    'With the Prometheus operator: monitors.yaml instead.',
  ].join('\n');
  const comments = {
    'scrape_configs.1': 'Sidecars and gateways.',
    'scrape_configs.1.relabel_configs.2':
      "15090 is Envoy alone. 15020 is Istio's agent, which adds its own metrics: failed fetches of the module are among them.",
    'scrape_configs.1.metric_relabel_configs.0':
      'The agent adds the metrics of the application too (enablePrometheusMerge): those are left to their own job.',
    'scrape_configs.4': 'Pods that declare port 8888, where the collector tells of itself.',
  };
  return { path: 'metrics/scrape.yaml', text: yamlFile(title, [{ value, comments }], generation) };
}

function plainEnvoy(generation: Generation): GeneratedFile {
  const interval = generation.mesh.metrics.scrapeInterval;
  const targets = generation.mesh.envoy.map(
    ({ admin: { host, port } }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  );
  const value = {
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: ['rules.yaml'],
    scrape_configs: [{ job_name: 'envoy', metrics_path: '/stats/prometheus', static_configs: [{ targets }] }],
  };
  const title = [
    'Configuration of Prometheus for the Envoys of `meshspan generate envoy`.',
    'It reads the admin interface, which can also stop Envoy: let only Prometheus reach it.',
  ].join('\n');
  return { path: 'metrics/scrape-envoy.yaml', text: yamlFile(title, [{ value }], generation) };
}
