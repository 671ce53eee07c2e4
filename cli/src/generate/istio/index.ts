/** Target `istio`: the filter, tracing, access logs and labels of metrics in Istio's sidecars, gateways and waypoints. */
import type { GeneratedFile, Generation, Target } from '../target.ts';
import { envoyFilters } from './envoy-filter/envoy-filters.ts';
import { meshConfig } from './mesh-config.ts';
import { pluginConfiguration } from './plugin-configuration.ts';
import { telemetry } from './telemetry.ts';
import { trafficExtensions } from './traffic-extension.ts';
import { wasmPlugins } from './wasm-plugin.ts';

export const istioTarget: Target = {
  name: 'istio',
  summary: 'WasmPlugin or TrafficExtension, Telemetry, MeshConfig and EnvoyFilter for Istio',
  generate(generation) {
    const { filterConfiguration } = generation;
    const configuration =
      filterConfiguration === undefined ? undefined : pluginConfiguration(filterConfiguration);
    return [
      ...attached(generation, configuration),
      ...telemetry(generation),
      ...meshConfig(generation),
      ...envoyFilters(generation, configuration),
    ];
  },
};

/** The resource that brings the module, where one does and there is anything for it to do. */
function attached(generation: Generation, configuration: object | undefined): GeneratedFile[] {
  if (configuration === undefined) return [];
  switch (generation.mesh.filter.attach) {
    case 'wasmPlugin':
      return [wasmPlugins(generation, configuration)];
    case 'trafficExtension':
      return [trafficExtensions(generation, configuration)];
    case 'envoyFilter':
      return [];
  }
}
