/** The gateway through which other networks reach the services of a cluster. */
import type { Cluster, Mesh } from '../../config/model.ts';
import { labels } from '../istio/resource.ts';
import type { YamlDocument } from '../print.ts';
import { planes } from './networks.ts';

/** Istio's own names and ports: istiod looks for gateways by the label of the network, on port 15443 (samples/multicluster). */
const NAME = 'istio-eastwestgateway';
const SELECTOR = { istio: 'eastwestgateway' } as const;
const MTLS_PORT = 15_443;
const HBONE_PORT = 15_008;

/** Its Deployment and Service, for sidecars; the ambient one needs none, as Istio makes them of the Gateway. */
export function gatewayInstallation(mesh: Mesh, { network }: Cluster): YamlDocument[] {
  if (!planes(mesh).sidecar) return [];
  const { istio, name } = mesh;
  return [
    {
      value: {
        apiVersion: 'install.istio.io/v1alpha1',
        kind: 'IstioOperator',
        metadata: { name: `${name}-eastwest`, namespace: istio.rootNamespace },
        spec: {
          ...(istio.revision === undefined ? {} : { revision: istio.revision }),
          profile: 'empty',
          components: {
            ingressGateways: [
              {
                name: NAME,
                namespace: istio.rootNamespace,
                enabled: true,
                label: { ...SELECTOR, app: NAME, 'topology.istio.io/network': network },
                k8s: {
                  env: [{ name: 'ISTIO_META_REQUESTED_NETWORK_VIEW', value: network }],
                  service: {
                    ports: [
                      { name: 'status-port', port: 15_021, targetPort: 15_021 },
                      { name: 'tls', port: MTLS_PORT, targetPort: MTLS_PORT },
                    ],
                  },
                },
              },
            ],
          },
          values: {
            gateways: { 'istio-ingressgateway': { injectionTemplate: 'gateway' } },
            global: { network },
          },
        },
      },
      comments: {
        'spec.components.ingressGateways.0.k8s.env':
          'It routes into its own network only, never back out through another gateway.',
      },
    },
  ];
}

/** What it lets through. */
export function gatewayResources(mesh: Mesh, { network }: Cluster): YamlDocument[] {
  const { sidecar, ambient } = planes(mesh);
  return [...(sidecar ? [passthrough(mesh)] : []), ...(ambient ? [hbone(mesh, network)] : [])];
}

function passthrough(mesh: Mesh): YamlDocument {
  return {
    comment:
      'Requests of sidecars. AUTO_PASSTHROUGH routes by SNI and leaves mTLS closed, from sidecar to sidecar: this gateway\nsees no HTTP, so trace headers and identity headers pass as they are, and it makes no span.',
    value: {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Gateway',
      metadata: { name: `${mesh.name}-eastwest`, namespace: mesh.istio.rootNamespace, labels: labels(mesh) },
      spec: {
        selector: SELECTOR,
        servers: [
          {
            port: { number: MTLS_PORT, name: 'tls', protocol: 'TLS' },
            tls: { mode: 'AUTO_PASSTHROUGH' },
            hosts: ['*.local'],
          },
        ],
      },
    },
    comments: { 'spec.servers.0.hosts': 'Every service of the mesh; narrow it to share fewer.' },
  };
}

function hbone({ name, istio }: Mesh, network: string): YamlDocument {
  return {
    comment:
      'Requests of ambient workloads, in HBONE. What is in the tunnel stays as it is; the spans are those of the waypoints.',
    value: {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: {
        name: `${name}-eastwest-ambient`,
        namespace: istio.rootNamespace,
        labels: { 'app.kubernetes.io/managed-by': 'meshspan', 'topology.istio.io/network': network },
      },
      spec: {
        gatewayClassName: 'istio-east-west',
        listeners: [
          {
            ...{ name: 'mesh', port: HBONE_PORT, protocol: 'HBONE' },
            tls: { mode: 'Terminate', options: { 'gateway.istio.io/tls-terminate-mode': 'ISTIO_MUTUAL' } },
          },
        ],
      },
    },
  };
}
