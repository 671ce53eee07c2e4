/** Data sources of Grafana: from a log to its trace, and back. */
import type { Backends, Endpoint } from '../../config/model.ts';
import { uid } from '../grafana-uid.ts';
import { yamlFile } from '../print.ts';
import type { Generation } from '../target.ts';
import { dataStream } from './elasticsearch.ts';
import { STREAM_LABELS } from './fields.ts';

/** Ports on which the backends answer queries; backends.traces has those on which they take spans. */
const QUERY_PORTS = { tempo: 3200, jaeger: 16_686, zipkin: 9411 } as const;

/** The text of logs/grafana-datasources.yaml. */
export function grafanaDatasources(generation: Generation): string {
  const title = [
    'Data sources of Grafana that link logs and traces.',
    'Put it into /etc/grafana/provisioning/datasources. $$ is a dollar there: one by itself is a variable of Grafana.',
    'Traces are asked for on the usual ports (Tempo 3200, Jaeger 16686, Zipkin 9411), as backends.traces has those of OTLP.',
  ].join('\n');
  const logs = logsSource(generation);
  const datasources = [...(logs === undefined ? [] : [logs]), ...traceSources(generation, logs)];
  const comments = Object.fromEntries(
    datasources.flatMap((source, i) =>
      Object.entries(COMMENTS)
        .filter(([field]) => field in source.jsonData)
        .map(([field, text]) => [`datasources.${i}.jsonData.${field}`, text]),
    ),
  );
  return yamlFile(title, [{ value: { apiVersion: 1, datasources }, comments }], generation);
}

const COMMENTS = {
  derivedFields:
    'A link beside each line with a trace id: it is structured metadata, which Grafana shows as a label.',
  dataLinks: 'A link beside each document with a trace id.',
  tracesToLogsV2:
    'By the trace id alone: spans of proxies and of services have no tag in common that is a label of these logs.',
} as const;

interface Datasource {
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly access: 'proxy';
  readonly url: string;
  readonly jsonData: object;
}

function logsSource(generation: Generation): Datasource | undefined {
  const { backends, logs, name } = generation.mesh;
  const [trace] = traceBackends(backends);
  const link =
    trace === undefined ? undefined : { datasourceUid: uid(name, trace.kind), url: '$${__value.raw}' };
  if (backends.logs.kind === 'elasticsearch') {
    const dataLinks = link === undefined ? [] : [{ field: 'trace_id', ...link }];
    const index = `${dataStream(generation)}*`;
    const url = base(backends.logs as Endpoint);
    return source(name, 'elasticsearch', url, { index, timeField: '@timestamp', dataLinks });
  }
  const derivedFields =
    link === undefined
      ? []
      : [
          {
            name: 'trace',
            matcherType: 'label',
            matcherRegex: 'trace_id',
            urlDisplayLabel: 'Trace',
            ...link,
          },
        ];
  if (backends.logs.kind === 'loki')
    return source(name, 'loki', base(backends.logs as Endpoint), { derivedFields });
  if (backends.logs.kind === 'otlp')
    return source(name, 'loki', new URL(logs.otlpEndpoint).origin, { derivedFields });
  return undefined;
}

function traceSources({ mesh }: Generation, logs: Datasource | undefined): Datasource[] {
  const all = traceBackends(mesh.backends);
  return all.map((backend, i) => {
    const before = all.slice(0, i).filter(({ kind }) => kind === backend.kind).length;
    const label = before === 0 ? backend.kind : `${backend.kind}-${before + 1}`;
    const port = QUERY_PORTS[backend.kind];
    const back = logs === undefined ? {} : { tracesToLogsV2: tracesToLogs(logs, mesh.backends.logs.kind) };
    return { ...source(mesh.name, label, base({ ...backend, port }), back), type: backend.kind };
  });
}

/** Logs some time around the span: the clock of the proxy that wrote the line is another one. */
function tracesToLogs({ uid, type }: Datasource, kind: Backends['logs']['kind']): object {
  const around = { datasourceUid: uid, spanStartTimeShift: '-5m', spanEndTimeShift: '5m', customQuery: true };
  if (type === 'elasticsearch') return { ...around, query: 'trace_id:"$${__trace.traceId}"' };
  // By OTLP the labels are those that Loki makes of resources.
  const selector = kind === 'otlp' ? '{service_name=~".+"}' : `{${STREAM_LABELS[3]}="access"}`;
  return { ...around, query: `${selector} | trace_id="$\${__trace.traceId}"` };
}

/** Those that Grafana has a data source for. */
function traceBackends({ traces }: Backends) {
  return traces.filter(
    (backend): backend is Endpoint & { kind: keyof typeof QUERY_PORTS } => backend.kind in QUERY_PORTS,
  );
}

function source(mesh: string, label: string, url: string, jsonData: object): Datasource {
  return { name: `${mesh}-${label}`, uid: uid(mesh, label), type: label, access: 'proxy', url, jsonData };
}

function base({ host, port }: Endpoint): string {
  return `http://${host}:${port}`;
}
