/** What Istio has to know of a cluster: its name, its network, and the mesh that it is part of. */
import type { Cluster, Mesh } from '../../config/model.ts';
import { labels } from '../istio/resource.ts';
import type { YamlDocument } from '../print.ts';
import { aliases } from './networks.ts';

/** For `istioctl install`, on top of istio/install/istio-operator.yaml: several files are laid over each other. */
export function controlPlane(mesh: Mesh, cluster: Cluster): YamlDocument {
  const { name, istio } = mesh;
  const others = aliases(mesh, cluster);
  return {
    value: {
      apiVersion: 'install.istio.io/v1alpha1',
      kind: 'IstioOperator',
      metadata: { name, namespace: istio.rootNamespace },
      spec: {
        ...(istio.revision === undefined ? {} : { revision: istio.revision }),
        meshConfig: {
          trustDomain: cluster.trustDomain,
          ...(others.length === 0 ? {} : { trustDomainAliases: others }),
        },
        values: {
          global: {
            meshID: name,
            multiCluster: { clusterName: cluster.name },
            network: cluster.network,
          },
        },
      },
    },
    comments: {
      'spec.meshConfig.trustDomain':
        'Of the SPIFFE ids, which trust.peers names. All clusters need intermediate certificates of one root (Secret cacerts).',
      'spec.values.global.multiCluster.clusterName':
        "Becomes CLUSTER_ID of each proxy's node metadata: the source of the attribute of the cluster, and Istio's own tag istio.cluster_id.",
    },
  };
}

/** Istiod reads the network of a cluster from this label too; kubectl apply adds it to what the namespace has. */
export function rootNamespace(mesh: Mesh, { network }: Cluster): YamlDocument {
  return {
    value: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: mesh.istio.rootNamespace,
        labels: { ...labels(mesh), 'topology.istio.io/network': network },
      },
    },
  };
}
