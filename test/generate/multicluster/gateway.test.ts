/** The east-west gateway as Istio's control plane makes it, on a real Envoy. */
import { NEWEST } from '@meshspan/cli/config/versions.ts';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools } from '../../tools/describe.ts';
import { fixture } from '../../tools/fixture.ts';
import { freePorts } from '../../tools/free-ports.ts';
import { xdsd } from '../../tools/tools.ts';
import { startXdsServer } from '../../tools/xds-server.ts';
import { startIstioProxy } from '../istio/proxy.ts';
import { generate, MESHES } from './meshes.ts';

const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.svc.cluster.local]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  location: MESH_INTERNAL
  resolution: STATIC
  endpoints: [{ address: 127.0.0.1, labels: { security.istio.io/tlsMode: istio } }]
`;

interface Listener {
  readonly active_state: {
    readonly listener: {
      readonly filter_chains: readonly {
        readonly filter_chain_match?: { readonly server_names?: readonly string[] };
        readonly filters: readonly { readonly name: string }[];
      }[];
    };
  };
}

await describeWithTools('an east-west gateway', [xdsd], () => {
  it('routes by SNI to the services of its cluster, and reads no HTTP', async () => {
    const [port = 0] = await freePorts(1);
    const { text = '' } =
      generate(MESHES.networks).find(({ path }) => path.endsWith('eu/east-west-gateway.yaml')) ?? {};
    const gateway = text
      .replace('number: 15443', `number: ${port}`)
      .replace('hosts:', 'bind: 127.0.0.1\n      hosts:');
    const configs = [await fixture('gateway.yaml', gateway), await fixture('service.yaml', SERVICE)];
    // Without mTLS of its own the proxy waits for no certificate, of which there is none here.
    const mesh = await fixture('mesh.yaml', 'defaultProviders: {}\nenableAutoMtls: false\n');
    const server = await startXdsServer({ mesh, configs });
    onTestFinished(() => server.stop());
    const proxy = await startIstioProxy({
      ...{
        kind: 'router',
        name: 'eastwest',
        namespace: 'istio-system',
        labels: { istio: 'eastwestgateway' },
      },
      ...{ istio: NEWEST.istio, envoy: '1.39.3', xds: server.address },
    });
    onTestFinished(() => proxy.stop());
    await expect.poll(() => proxy.configuration(), { timeout: 20_000 }).toContain(`"port_value": ${port}`);
    const { configs: dumps } = JSON.parse(await proxy.configuration()) as {
      configs: { '@type': string; dynamic_listeners?: Listener[] }[];
    };
    const chains = dumps
      .flatMap(({ dynamic_listeners = [] }) => dynamic_listeners)
      .flatMap(({ active_state }) => active_state.listener.filter_chains);
    const names = chains.flatMap(({ filters }) => filters.map(({ name }) => name));
    expect([...new Set(names)]).toEqual(['envoy.filters.network.tcp_proxy']);
    expect(chains.flatMap(({ filter_chain_match }) => filter_chain_match?.server_names ?? [])).toContain(
      'outbound_.80_._.orders.shop.svc.cluster.local',
    );
  });
});
