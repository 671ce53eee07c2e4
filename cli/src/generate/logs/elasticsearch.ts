/** Elasticsearch: what Filebeat sends, and how it is indexed. */
import type { Endpoint } from '../../config/model.ts';
import { jsonFile, yamlFile } from '../print.ts';
import type { Generation } from '../target.ts';
import { RECORD_MARK, recordFields, TIME_FIELD } from './fields.ts';

/** Types of the fields that are no keywords. */
const TYPES: Readonly<Record<string, object>> = {
  [TIME_FIELD]: { type: 'date' },
  status: { type: 'short' },
  duration_ms: { type: 'long' },
  path: { type: 'wildcard' },
};

/** The text of logs/filebeat.yaml. */
export function filebeatConfiguration(generation: Generation, elasticsearch: Endpoint): string {
  const { container } = generation.mesh.logs;
  const title = [
    "Filebeat 8 or 9: the proxies' access log to Elasticsearch. A DaemonSet that sees /var/log/containers of its node.",
    'Put elasticsearch-index-template.json into Elasticsearch before it.',
  ].join('\n');
  const value = {
    'filebeat.inputs': [
      {
        type: 'filestream',
        id: `${generation.mesh.name}-access-log`,
        paths: [`/var/log/containers/*_${container}-*.log`],
        prospector: { scanner: { symlinks: true } },
        parsers: [{ container: { stream: 'stdout' } }],
        include_lines: [escaped(RECORD_MARK)],
      },
    ],
    processors: [
      { decode_json_fields: { fields: ['message'], target: '', overwrite_keys: false, add_error_key: true } },
      { timestamp: { field: TIME_FIELD, layouts: ['2006-01-02T15:04:05.999Z07:00'], ignore_missing: true } },
      { add_kubernetes_metadata: { default_matchers: { enabled: true } } },
      { drop_fields: { fields: ['message'], when: { has_fields: ['duration_ms'] } } },
    ],
    'setup.template.enabled': false,
    'setup.ilm.enabled': false,
    'output.elasticsearch': {
      hosts: [`http://${elasticsearch.host}:${elasticsearch.port}`],
      index: dataStream(generation),
    },
  };
  const comments = { 'processors.3': 'What it said is in the fields.' };
  return yamlFile(title, [{ value, comments }], generation);
}

/** The text of logs/elasticsearch-index-template.json. */
export function indexTemplate(generation: Generation): string {
  const { name } = generation.mesh;
  const properties = recordFields(generation).map((field) => [
    field,
    TYPES[field] ?? { type: 'keyword', ignore_above: 1024 },
  ]);
  return jsonFile({
    index_patterns: [`${dataStream(generation)}*`],
    data_stream: {},
    // Above the template of Elasticsearch for logs-*-*, which has 100.
    priority: 200,
    template: {
      mappings: {
        // user and user.id can be two attributes; as objects they would exclude each other.
        subobjects: false,
        properties: { '@timestamp': { type: 'date' }, ...Object.fromEntries(properties) },
      },
    },
    _meta: {
      description: `Access log of the mesh ${name}, by meshspan generate. PUT it as _index_template/${name}-access.`,
    },
  });
}

/** Name of the data stream: type, data set and namespace, as Elasticsearch has them; a hyphen parts them. */
export function dataStream({ mesh }: Generation): string {
  return `logs-${mesh.name.replaceAll('-', '_')}.access-default`;
}

/** A text as a regular expression. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
