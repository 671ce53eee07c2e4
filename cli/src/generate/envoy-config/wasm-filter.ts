/** The filter as a plain Envoy runs it (`envoy.extensions.filters.http.wasm.v3.Wasm`). */
import { extension, type Json, type NamedExtension } from './extension.ts';

/** Variables of the filter's VM: a text, or a variable of Envoy's own process. */
export type VmEnvironment = Readonly<Record<string, string | { readonly fromProxy: true }>>;

/** What an Envoy is to know of the filter. */
export interface WasmModule {
  /** Path of the .wasm as Envoy sees it. */
  readonly path: string;
  /** The filter's JSON, also as a text; without one its defaults are in force. */
  readonly configuration?: object | string | undefined;
  readonly environment?: VmEnvironment | undefined;
}

/** The filter's entry in `http_filters`. */
export function wasmFilter({ path, configuration, environment = {} }: WasmModule): NamedExtension {
  const text = typeof configuration === 'object' ? JSON.stringify(configuration, null, 2) : configuration;
  const variables = environmentVariables(environment);
  return extension('meshspan', 'envoy.extensions.filters.http.wasm.v3.Wasm', {
    config: {
      name: 'meshspan',
      root_id: 'meshspan',
      // A fault of the filter must not become a fault of the mesh.
      failure_policy: 'FAIL_OPEN',
      vm_config: {
        runtime: 'envoy.wasm.runtime.v8',
        code: { local: { filename: path } },
        ...(variables === undefined ? {} : { environment_variables: variables }),
      },
      // Not a Struct: Envoy hands that over in protobuf's binary form.
      ...(text === undefined || text === '{}'
        ? {}
        : { configuration: { '@type': 'type.googleapis.com/google.protobuf.StringValue', value: text } }),
    },
  });
}

/**
 * `envoy.extensions.wasm.v3.EnvironmentVariables`. A variable of the proxy keeps its name: Envoy cannot rename
 * one, which a rule of meshspan.yaml watches (config/rules/environment.ts).
 */
function environmentVariables(environment: VmEnvironment): Json | undefined {
  const entries = Object.entries(environment);
  const texts = entries.filter(([, value]) => typeof value === 'string');
  const names = entries.filter(([, value]) => typeof value !== 'string').map(([name]) => name);
  if (entries.length === 0) return undefined;
  return {
    ...(names.length === 0 ? {} : { host_env_keys: names }),
    ...(texts.length === 0 ? {} : { key_values: Object.fromEntries(texts) }),
  };
}
