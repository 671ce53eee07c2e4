/** Target `dashboards`: Grafana dashboards, and the file by which Grafana finds them. */
import type { Mesh } from '../../config/model.ts';
import { jsonFile, yamlFile } from '../print.ts';
import type { Target } from '../target.ts';
import { filterHealth } from './filter-health.ts';
import { goldenSignals } from './golden-signals.ts';

export const dashboardsTarget: Target = {
  name: 'dashboards',
  summary: 'Grafana: golden signals by attribute and cluster, health of filter and tracing',
  generate(generation) {
    const { mesh } = generation;
    return [
      { path: 'dashboards/golden-signals.json', text: jsonFile(goldenSignals(mesh)) },
      { path: 'dashboards/filter-health.json', text: jsonFile(filterHealth(mesh)) },
      {
        path: 'dashboards/provisioning.yaml',
        text: yamlFile(
          'Tells Grafana where the dashboards are: into /etc/grafana/provisioning/dashboards, and the JSON files into the path below.\nThey read what metrics/rules.yaml records, and choose the data sources by themselves.',
          [{ value: provisioning(mesh) }],
          generation,
        ),
      },
    ];
  },
};

function provisioning({ name }: Mesh): object {
  return {
    apiVersion: 1,
    providers: [
      {
        ...{ name, folder: name, type: 'file' },
        // A change in the browser would be lost with the next start.
        allowUiUpdates: false,
        options: { path: `/var/lib/grafana/dashboards/${name}` },
      },
    ],
  };
}
