import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { generated, textOf } from '../generated.ts';
import { ATTRIBUTES, loggedLine } from './access-log.ts';

const TO_LOKI = { attributes: ATTRIBUTES };
const TO_ELASTICSEARCH = { ...TO_LOKI, backends: { logs: 'elasticsearch://es.obs' } };

/** Neither Filebeat nor Elasticsearch nor Grafana run here: what they read is compared with what Envoy writes. */
describe('documents of the access log', () => {
  let line: Readonly<Record<string, unknown>>;
  beforeAll(async () => {
    line = JSON.parse((await loggedLine('1.40')).line);
  });

  it('are indexed by each field that Envoy writes, with its type', () => {
    const files = generated('logs', stringify(TO_ELASTICSEARCH));
    const template = JSON.parse(textOf(files, 'logs/elasticsearch-index-template.json')) as Template;
    const { subobjects, properties } = template.template.mappings;
    // Else Elasticsearch makes objects of user and user.id, one of which then fails.
    expect(subobjects).toBe(false);
    for (const [field, value] of Object.entries(line)) {
      const isNumber = ['short', 'long'].includes(properties[field]?.type ?? 'missing');
      expect([field, isNumber]).toEqual([field, typeof value === 'number']);
      expect(properties).toHaveProperty([field]);
    }
    const index = (parse(textOf(files, 'logs/filebeat.yaml')) as Filebeat)['output.elasticsearch'].index;
    expect(template.index_patterns).toEqual([`${index}*`]);
  });

  it('are recognised by Filebeat, and dated by a field that they have', () => {
    const filebeat = parse(
      textOf(generated('logs', stringify(TO_ELASTICSEARCH)), 'logs/filebeat.yaml'),
    ) as Filebeat;
    const [include] = filebeat['filebeat.inputs'][0]?.include_lines ?? [];
    expect(JSON.stringify(line)).toMatch(new RegExp(include as string));
    const timestamp = filebeat.processors.find((processor) => processor.timestamp !== undefined)?.timestamp;
    // The layout of Go is the reference time in the format of the value.
    expect(line[timestamp?.field ?? '']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(timestamp?.layouts).toEqual(['2006-01-02T15:04:05.999Z07:00']);
  });
});

describe('data sources of Grafana', () => {
  it.each([
    ['Loki', TO_LOKI, ['loki', 'tempo']],
    ['Elasticsearch', TO_ELASTICSEARCH, ['elasticsearch', 'tempo']],
    ['OTLP', { backends: { logs: 'otlp', traces: ['jaeger://j.obs'] } }, ['loki', 'jaeger']],
    [
      'several',
      { backends: { traces: ['tempo://a', 'zipkin://b', 'otlp://c', 'tempo://d'] } },
      ['loki', 'tempo', 'zipkin', 'tempo'],
    ],
    ['stdout', { backends: { logs: 'stdout' } }, ['tempo']],
  ])('link logs and traces both ways: %s', (_what, mesh, types) => {
    const text = textOf(generated('logs', stringify(mesh)), 'logs/grafana-datasources.yaml');
    const { datasources } = parse(text) as { readonly datasources: readonly Datasource[] };
    expect(datasources.map(({ type }) => type)).toEqual(types);
    const uids = datasources.map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const { type, jsonData } of datasources) {
      const { derivedFields = [], dataLinks = [], tracesToLogsV2 } = jsonData;
      const links = [
        ...derivedFields,
        ...dataLinks,
        ...(tracesToLogsV2 === undefined ? [] : [tracesToLogsV2]),
      ];
      if (types.length > 1) expect([type, links.length]).toEqual([type, 1]);
      for (const { datasourceUid } of links) expect(uids).toContain(datasourceUid);
      // Grafana takes ${…} of these files for a variable of its environment.
      for (const value of links
        .flatMap(({ url, query }) => [url, query])
        .filter((one) => one !== undefined)) {
        expect(value).toMatch(/\$\$\{__/);
        expect(value.replaceAll('$$', '')).not.toContain('$');
      }
    }
  });
});

interface Template {
  readonly index_patterns: readonly string[];
  readonly template: {
    readonly mappings: {
      readonly subobjects: boolean;
      readonly properties: Readonly<Record<string, { readonly type: string }>>;
    };
  };
}

interface Filebeat {
  readonly 'filebeat.inputs': readonly { readonly include_lines: readonly string[] }[];
  readonly processors: readonly {
    readonly timestamp?: { readonly field: string; readonly layouts: readonly string[] };
  }[];
  readonly 'output.elasticsearch': { readonly index: string };
}

interface Link {
  readonly datasourceUid: string;
  readonly url?: string;
  readonly query?: string;
}

interface Datasource {
  readonly type: string;
  readonly uid: string;
  readonly jsonData: {
    readonly derivedFields?: readonly Link[];
    readonly dataLinks?: readonly Link[];
    readonly tracesToLogsV2?: Link;
  };
}
