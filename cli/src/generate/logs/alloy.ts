/** Grafana Alloy: from the output of the proxies to Loki. */
import type { Endpoint } from '../../config/model.ts';
import { head } from '../print.ts';
import type { Generation } from '../target.ts';
import { type AlloyBlock, type AlloyValue, alloyText } from './alloy-syntax.ts';
import { jmesPath, type Metadata, metadata, RECORD_MARK, TIME_FIELD } from './fields.ts';
import { podLabels, recordSelector } from './pods.ts';

/** The text of logs/alloy.alloy. */
export function alloyConfiguration(generation: Generation, loki: Endpoint): string {
  const title = [
    "Grafana Alloy: the proxies' access log to Loki. One Alloy for the cluster, or more of them as its cluster.",
    'Run it by: alloy run alloy.alloy; it has to get, list and watch pods and get pods/log.',
  ].join('\n');
  const blocks = [
    { name: 'discovery.kubernetes', label: 'pods', attributes: { role: 'pod' } },
    relabel(generation),
    {
      name: 'loki.source.kubernetes',
      label: 'proxies',
      comment: 'By the API of Kubernetes: no access to the files of nodes.',
      attributes: {
        targets: reference('discovery.relabel.proxies.output'),
        forward_to: [reference('loki.process.proxies.receiver')],
      },
      blocks: [{ name: 'clustering', attributes: { enabled: reference('true') } }],
    },
    process(generation),
    {
      name: 'loki.write',
      label: 'loki',
      blocks: [
        {
          name: 'endpoint',
          attributes: { url: `http://${loki.host}:${loki.port}/loki/api/v1/push` },
        },
      ],
    },
  ] satisfies AlloyBlock[];
  return `${head(title, generation, '//')}\n${alloyText(blocks)}`;
}

function relabel({ mesh }: Generation): AlloyBlock {
  return {
    name: 'discovery.relabel',
    label: 'proxies',
    attributes: { targets: reference('discovery.kubernetes.pods.targets') },
    blocks: podLabels(mesh.logs.container).map(({ source_labels, ...rule }) => ({
      name: 'rule',
      attributes: { source_labels, ...rule },
    })),
  };
}

function process(generation: Generation): AlloyBlock {
  const fields = metadata(generation);
  return {
    name: 'loki.process',
    label: 'proxies',
    attributes: { forward_to: [reference('loki.write.loki.receiver')] },
    blocks: [
      {
        name: 'stage.match',
        comment: 'Proxies print their own messages too; those have no such fields.',
        attributes: { selector: recordSelector(generation.mesh.logs.container, RECORD_MARK) },
        blocks: recordStages(fields),
      },
      {
        name: 'stage.structured_metadata',
        comment: 'The pod is worth knowing, but would make a stream of each.',
        attributes: { values: { entries: { pod: '' } } },
      },
      {
        name: 'stage.label_drop',
        comment: 'loki.source.kubernetes sets instance, which has the pod in it.',
        attributes: { values: ['pod', 'instance'] },
      },
    ],
  };
}

function recordStages(fields: readonly Metadata[]): AlloyBlock[] {
  const expressions: Record<string, AlloyValue> = Object.fromEntries(
    fields.map(({ name, field }) => [name, jmesPath(field)]),
  );
  return [
    {
      name: 'stage.json',
      attributes: { expressions: { entries: { ...expressions, [TIME_FIELD]: jmesPath(TIME_FIELD) } } },
    },
    { name: 'stage.timestamp', attributes: { source: TIME_FIELD, format: 'RFC3339Nano' } },
    { name: 'stage.static_labels', attributes: { values: { entries: { log: 'access' } } } },
    {
      name: 'stage.structured_metadata',
      comment: 'Ids, users and tenants are no labels: Loki keeps a stream for each value of a label.',
      attributes: { values: { entries: Object.fromEntries(fields.map(({ name }) => [name, ''])) } },
    },
  ];
}

function reference(expression: string): AlloyValue {
  return { expression };
}
