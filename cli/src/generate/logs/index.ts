/** Target `logs`: from the proxies' access log to where backends.logs is, and Grafana's links to traces. */
import type { Endpoint } from '../../config/model.ts';
import type { GeneratedFile, Target } from '../target.ts';
import { alloyConfiguration } from './alloy.ts';
import { filebeatConfiguration, indexTemplate } from './elasticsearch.ts';
import { grafanaDatasources } from './grafana.ts';
import { promtailConfiguration } from './promtail.ts';

export const logsTarget: Target = {
  name: 'logs',
  summary: 'shippers of the access log to Loki or Elasticsearch, and data sources of Grafana',
  generate(generation) {
    const { logs } = generation.mesh.backends;
    const file = (name: string, text: string): GeneratedFile => ({ path: `logs/${name}`, text });
    const grafana = file('grafana-datasources.yaml', grafanaDatasources(generation));
    if (logs.kind === 'loki') {
      const loki = logs as Endpoint;
      return [
        file('alloy.alloy', alloyConfiguration(generation, loki)),
        file('promtail.yaml', promtailConfiguration(generation, loki)),
        grafana,
      ];
    }
    if (logs.kind === 'elasticsearch') {
      return [
        file('filebeat.yaml', filebeatConfiguration(generation, logs as Endpoint)),
        file('elasticsearch-index-template.json', indexTemplate(generation)),
        grafana,
      ];
    }
    // By OTLP the collector is the shipper; on stdout whoever reads it.
    return [grafana];
  },
};
