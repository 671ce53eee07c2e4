/**
 * What Envoy's `capability_restriction_config` has to allow for a module to work. proxy-wasm-cpp-host asks
 * `capabilityAllowed` in two places of src/wasm.cc: `registerCallbacks` for what a module imports, and
 * `getFunctions` for what it exports. An import that is not allowed becomes a stub that logs an error and fails; an
 * export that is not allowed is never called, without a word.
 */

/** Modules under which the host registers WASI; a capability's name is that of the function alone. */
const WASI = ['wasi_snapshot_preview1', 'wasi_unstable'];

/**
 * Exports that the host takes without asking: the ABI's version is read from the bytes before (`getAbiVersion`),
 * and memory is allocated through this one where there is no `malloc` (`_GET_ALIAS`). `_initialize`, `_start`, `main`
 * and `malloc` have no `proxy_` in front, and are not asked for either.
 */
const UNASKED = /^proxy_(abi_version_\w+|on_memory_allocate)$/;

/** The capabilities that `module` needs, sorted: neither more nor less than what it imports and exports. */
export function requiredCapabilities(module: WebAssembly.Module): string[] {
  const imported = WebAssembly.Module.imports(module)
    .filter(({ module: from, name }) => WASI.includes(from) || (from === 'env' && name.startsWith('proxy_')))
    .map(({ name }) => name);
  const exported = WebAssembly.Module.exports(module)
    .filter(({ name, kind }) => kind === 'function' && name.startsWith('proxy_') && !UNASKED.test(name))
    .map(({ name }) => name);
  return [...new Set([...imported, ...exported])].sort();
}

/**
 * `envoy.extensions.wasm.v3.CapabilityRestrictionConfig`. A field of VmConfig since Envoy 1.40, where VMs with other
 * lists are other VMs; before it, a field of PluginConfig, and the first plugin of a VM sets it for all of them
 * (source/extensions/common/wasm/plugin.cc, `normalizeConfig`; measured on 1.37.0, 1.39.3 and 1.40.0).
 */
export interface CapabilityRestrictionConfig {
  /** To each capability a SanitizationConfig, which Envoy does not implement: "should be left empty". */
  readonly allowed_capabilities: Readonly<Record<string, Readonly<Record<string, never>>>>;
}

/** The restriction that allows exactly `capabilities`. Envoy reads an empty list as "all are allowed". */
export function capabilityRestriction(capabilities: readonly string[]): CapabilityRestrictionConfig {
  return { allowed_capabilities: Object.fromEntries(capabilities.map((name) => [name, {}])) };
}
