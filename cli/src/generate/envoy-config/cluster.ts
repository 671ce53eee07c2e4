import type { Endpoint } from '../../config/model.ts';
import type { Json } from './extension.ts';

/** Where something listens, or is called (`envoy.config.core.v3.Address`). */
export function socketAddress({ host, port }: Endpoint): Json {
  return { socket_address: { address: host, port_value: port } };
}

/** A cluster of one address (`envoy.config.cluster.v3.Cluster`); gRPC needs HTTP/2 (`h2`). */
export function cluster(name: string, endpoint: Endpoint, protocol: 'http1' | 'h2' = 'http1'): Json {
  const http2 = {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  };
  return {
    name,
    type: 'STRICT_DNS',
    ...(protocol === 'h2' ? { typed_extension_protocol_options: http2 } : {}),
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: [{ endpoint: { address: socketAddress(endpoint) } }] }],
    },
  };
}
