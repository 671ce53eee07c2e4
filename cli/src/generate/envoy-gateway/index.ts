/** Target `envoy-gateway`: the filter, tracing and access log for the gateways that mesh.proxies names. */
import { refuseWhatNeedsFilterState } from '../envoy-config/refusals.ts';
import { yamlFile } from '../print.ts';
import type { Target } from '../target.ts';
import { extensionPolicy } from './extension-policy.ts';
import { gatewaysOf } from './gateways.ts';
import { envoyProxy } from './proxy.ts';

export const envoyGatewayTarget: Target = {
  name: 'envoy-gateway',
  summary: 'Envoy Gateway: EnvoyExtensionPolicy and EnvoyProxy for proxies of kind envoyGateway',
  generate(generation) {
    const gateways = gatewaysOf(generation.mesh);
    if (gateways.length === 0) return [];
    refuseWhatNeedsFilterState(generation);
    const proxies = gateways.map(({ namespace }) => envoyProxy(generation, namespace));
    const policies = gateways.map((some) => extensionPolicy(generation, some));
    return [
      { path: 'envoy-gateway/proxy.yaml', text: yamlFile(PROXY, proxies, generation) },
      ...(generation.filterConfiguration === undefined
        ? []
        : [
            {
              path: 'envoy-gateway/extension-policy.yaml',
              text: yamlFile(POLICY, policies, generation),
            },
          ]),
    ];
  },
};

const PROXY = `Tracing and access log of the gateways: kubectl apply -f proxy.yaml.
A Gateway takes it by spec.infrastructure.parametersRef:
  { group: gateway.envoyproxy.io, kind: EnvoyProxy, name: the name below }
The Envoy of Envoy Gateway 1.7 is 1.37, that of 1.9 is 1.39: generate with --envoy for yours.`;

const POLICY = `The filter at the gateways: kubectl apply -f extension-policy.yaml.
Envoy Gateway puts it behind authentication (jwt) and in front of the router.`;
