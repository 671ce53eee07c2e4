/**
 * Hands one HTTP filter's configuration to Envoy, again and again, while it serves: the extension configuration
 * discovery service (ECDS) by REST. By REST, as it works for a container as for a local Envoy, which a watched
 * file does not.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ExtensionConfigs {
  readonly port: number;
  /** Offers a configuration; resolves with its version when Envoy has dealt with it, taken or refused. */
  offer(typedConfig: object): Promise<number>;
  stop(): Promise<void>;
}

/** Name of the filter, and of the cluster through which Envoy asks. */
export const DISCOVERED = 'discovered';
const TYPE = 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig';

/** The filter's place in the chain: what stands there is asked for. */
export const DISCOVERED_FILTER: object = {
  name: DISCOVERED,
  config_discovery: {
    type_urls: ['type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm'],
    config_source: {
      resource_api_version: 'V3',
      api_config_source: {
        api_type: 'REST',
        transport_api_version: 'V3',
        cluster_names: [DISCOVERED],
        // It is asked again at this pace whether there is something new.
        refresh_delay: '0.005s',
        request_timeout: '5s',
      },
    },
  },
};

/** Listens on loopback, with the configuration that Envoy begins with. */
export async function startExtensionConfigs(first: object): Promise<ExtensionConfigs> {
  let version = 1;
  let offered = first;
  let dealtWith = (_version: number): void => {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { version_info = '0' } = JSON.parse(Buffer.concat(chunks).toString()) as {
        version_info?: string;
      };
      dealtWith(Number(version_info));
      const resource = { '@type': TYPE, name: DISCOVERED, typed_config: offered };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ version_info: String(version), type_url: TYPE, resources: [resource] }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    offer(typedConfig) {
      offered = typedConfig;
      const own = ++version;
      return new Promise((resolve) => {
        dealtWith = (told) => {
          if (told >= own) resolve(own);
        };
      });
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
