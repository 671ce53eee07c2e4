/** Promtail: from the files of a node to Loki, for those who have not gone to Alloy yet. */
import type { Endpoint } from '../../config/model.ts';
import { yamlFile } from '../print.ts';
import type { Generation } from '../target.ts';
import { jmesPath, metadata, RECORD_MARK, TIME_FIELD } from './fields.ts';
import { podLabels, recordSelector } from './pods.ts';

/** The text of logs/promtail.yaml. */
export function promtailConfiguration(generation: Generation, loki: Endpoint): string {
  const { container } = generation.mesh.logs;
  const title = [
    "Promtail: the proxies' access log to Loki. A DaemonSet that sees /var/log/pods of its node, whose name is its HOSTNAME.",
    'END OF LIFE: Grafana ended Promtail in March 2026; use alloy.alloy. 3.5 and 3.6 are the last that take this.',
  ].join('\n');
  const value = {
    server: { http_listen_port: 9080, grpc_listen_port: 0 },
    positions: { filename: '/run/promtail/positions.yaml' },
    clients: [{ url: `http://${loki.host}:${loki.port}/loki/api/v1/push` }],
    scrape_configs: [
      {
        job_name: 'proxies',
        kubernetes_sd_configs: [{ role: 'pod' }],
        relabel_configs: [...podLabels(container), ...FILES],
        pipeline_stages: [
          { cri: {} },
          {
            match: {
              selector: recordSelector(container, RECORD_MARK),
              stages: recordStages(generation),
            },
          },
          { structured_metadata: { pod: null } },
          { labeldrop: ['pod', 'filename', 'stream'] },
        ],
      },
    ],
  };
  const stages = 'scrape_configs.0.pipeline_stages';
  const comments = {
    [`${stages}.1`]: 'Proxies print their own messages too; those have no such fields.',
    [`${stages}.1.match.stages.3`]:
      'Ids, users and tenants are no labels: Loki keeps a stream for each value of a label.',
    [`${stages}.2`]: 'The pod is worth knowing, but would make a stream of each.',
    [`${stages}.3`]: 'The name of the file has the pod in it.',
  };
  return yamlFile(title, [{ value, comments }], generation);
}

/** Promtail reads what is on its own host only: it compares `__host__` with HOSTNAME. */
const FILES = [
  { source_labels: ['__meta_kubernetes_pod_node_name'], target_label: '__host__' },
  {
    source_labels: ['__meta_kubernetes_pod_uid', '__meta_kubernetes_pod_container_name'],
    separator: '/',
    target_label: '__path__',
    replacement: '/var/log/pods/*$1/*.log',
  },
] as const;

function recordStages(generation: Generation): object[] {
  const fields = metadata(generation);
  const expressions = Object.fromEntries(fields.map(({ name, field }) => [name, jmesPath(field)]));
  return [
    { json: { expressions: { ...expressions, [TIME_FIELD]: jmesPath(TIME_FIELD) } } },
    { timestamp: { source: TIME_FIELD, format: 'RFC3339Nano' } },
    { static_labels: { log: 'access' } },
    { structured_metadata: Object.fromEntries(fields.map(({ name }) => [name, null])) },
  ];
}
