/** Target `multicluster`: what differs between the clusters of a mesh; what is the same in each is the target istio. */
import type { Cluster } from '../../config/model.ts';
import { MeshspanError } from '../../errors.ts';
import { jsonFile, yamlFile } from '../print.ts';
import type { GeneratedFile, Generation, Target } from '../target.ts';
import { controlPlane, rootNamespace } from './control-plane.ts';
import { gatewayInstallation, gatewayResources } from './east-west-gateway.ts';
import { datasources, isFederated, tracesDashboard } from './grafana.ts';
import { needsGateways } from './networks.ts';
import { installation, steps } from './steps.ts';

export const multiclusterTarget: Target = {
  name: 'multicluster',
  summary: 'Istio over several clusters: names, networks, east-west gateways, and their Tempos in Grafana',
  generate(generation) {
    const { mesh } = generation;
    if (mesh.clusters.length === 0) {
      throw new MeshspanError('MESHSPAN_ERR_UNSUPPORTED', {
        ...{ expected: 'the clusters of the mesh', got: 'none', where: 'meshspan.yaml: clusters' },
        mend: 'add clusters: [{ name: eu }, { name: us }], or leave this target out',
      });
    }
    return [
      { path: 'multicluster/README.md', text: steps(mesh) },
      ...mesh.clusters.flatMap((cluster) => ofCluster(generation, cluster)),
      ...grafana(generation),
    ];
  },
};

function ofCluster(generation: Generation, cluster: Cluster): GeneratedFile[] {
  const { mesh } = generation;
  const folder = `multicluster/${cluster.name}`;
  const on = `--context ${cluster.name}`;
  const gateway = gatewayInstallation(mesh, cluster);
  return [
    {
      path: `${folder}/namespace.yaml`,
      text: yamlFile(
        `The network of ${cluster.name}: kubectl ${on} apply -f <this file>`,
        [rootNamespace(mesh, cluster)],
        generation,
      ),
    },
    {
      path: `${folder}/install/istio-operator.yaml`,
      text: yamlFile(
        `Istio in ${cluster.name}: ${installation(mesh, cluster)}\nOf Helm, values of the chart istiod: what stands under spec.values, and spec.meshConfig.`,
        [controlPlane(mesh, cluster)],
        generation,
      ),
    },
    ...(needsGateways(mesh) && gateway.length > 0
      ? [
          {
            path: `${folder}/install/east-west-gateway.yaml`,
            text: yamlFile(
              `The east-west gateway of ${cluster.name}, its Deployment and Service: istioctl install ${on} -f <this file>`,
              gateway,
              generation,
            ),
          },
        ]
      : []),
    ...(needsGateways(mesh)
      ? [
          {
            path: `${folder}/east-west-gateway.yaml`,
            text: yamlFile(
              `What passes the east-west gateway of ${cluster.name}: kubectl ${on} apply -f <this file>`,
              gatewayResources(mesh, cluster),
              generation,
            ),
          },
        ]
      : []),
  ];
}

function grafana(generation: Generation): GeneratedFile[] {
  const { mesh } = generation;
  const sources = datasources(mesh);
  return [
    ...(sources.length === 0
      ? []
      : [
          {
            path: 'multicluster/grafana-datasources.yaml',
            text: yamlFile(
              'The Tempos of the clusters, for /etc/grafana/provisioning/datasources.\nThat of backends.traces is in logs/grafana-datasources.yaml.',
              sources,
              generation,
            ),
          },
        ]),
    ...(isFederated(mesh)
      ? [{ path: 'multicluster/grafana-traces.json', text: jsonFile(tracesDashboard(mesh)) }]
      : []),
  ];
}
