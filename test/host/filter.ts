import { readFileSync } from 'node:fs';
import type { Context, Plugin } from './proxy/context.ts';
import type { PropertyTree } from './proxy/properties.ts';
import { ProxyProcess } from './proxy/proxy-process.ts';
import type { Request, Response, Vm } from './proxy/vm.ts';

/** Where `npm run build:filter` leaves them. */
export const BUILT: URL = new URL('../../filter/build/meshspan.wasm', import.meta.url);
export const BUILT_REQUEST: URL = new URL('../../filter/build/meshspan-request.wasm', import.meta.url);

/** The real filter, compiled once for a test file. */
export const filterModule: WebAssembly.Module = compile(BUILT);
/** The module that sees no responses. */
export const requestModule: WebAssembly.Module = compile(BUILT_REQUEST);

/** Both, by the names of their files. */
export const MODULES: {
  readonly meshspan: WebAssembly.Module;
  readonly 'meshspan-request': WebAssembly.Module;
} = { meshspan: filterModule, 'meshspan-request': requestModule };

/** A node as Istio describes it. */
export const ISTIO_NODE: PropertyTree = {
  xds: { node: { id: 'sidecar~10.1.2.3~orders', cluster: 'orders.shop', metadata: { CLUSTER_ID: 'east' } } },
};

export const PLUGIN: Plugin = { name: 'meshspan', rootId: 'meshspan-root' };

/** A proxy with one VM and one plugin. */
export interface Filter {
  readonly proxy: ProxyProcess;
  readonly vm: Vm;
  readonly root: Context;
}

/** Starts the filter as a proxy does: VM, root context, configuration. Objects are written as JSON. */
export function startFilter(
  configuration: object | string = '',
  proxy: ProxyProcess = istioProxy(),
  module: WebAssembly.Module = filterModule,
): Filter {
  const vm = proxy.startVm(module);
  const root = vm.createRoot(PLUGIN);
  configure(vm, root, configuration);
  return { proxy, vm, root };
}

export function istioProxy(): ProxyProcess {
  return new ProxyProcess(ISTIO_NODE);
}

/** The filter takes every configuration; one that it refused would keep Envoy from starting. */
export function configure(vm: Vm, root: Context, configuration: object | string): void {
  const text = typeof configuration === 'string' ? configuration : JSON.stringify(configuration);
  if (!vm.configure(root, text)) throw new Error('the filter refused its configuration');
}

/** Sends a request through the filter, and gives the filter state that it leaves: name and text. */
export function request(vm: Vm, root: Context, request: Request): Record<string, string> {
  const stream = vm.createStream(root, request);
  const action = vm.requestHeaders(stream);
  vm.destroy(stream);
  if (action !== 0) throw new Error(`the filter did not continue the request: action ${action}`);
  return attributesOf(stream);
}

/** Filter state of a stream as text, without what every name begins with. */
export function attributesOf(stream: Context): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [key, value] of stream.filterState ?? []) {
    attributes[key.replace(/^wasm\.meshspan\./, '')] = Buffer.from(value).toString('utf8');
  }
  return attributes;
}

function compile(file: URL): WebAssembly.Module {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new Error(`${file.pathname} is missing: run \`npm run build:filter\``, { cause });
  }
  return new WebAssembly.Module(bytes);
}

/** What a request and its response leave: filter state, and what goes on to the upstream and back to the caller. */
export interface Exchange {
  readonly attributes: Record<string, string>;
  readonly request: readonly (readonly [name: string, value: string])[];
  readonly response: readonly (readonly [name: string, value: string])[];
  /** Whether Envoy has to choose the route anew. */
  readonly routeCleared: boolean;
}

/** Takes a request through the filter, and its response where there is one. */
export function exchange({ vm, root }: Filter, request: Request, response?: Response): Exchange {
  const stream = vm.createStream(root, request);
  if (vm.requestHeaders(stream) !== 0) throw new Error('the filter did not continue the request');
  if (response !== undefined && vm.responseHeaders(stream, response) !== 0) {
    throw new Error('the filter did not continue the response');
  }
  vm.destroy(stream);
  return {
    attributes: attributesOf(stream),
    request: stream.headerMaps.get('RequestHeaders')?.entries ?? [],
    response: stream.headerMaps.get('ResponseHeaders')?.entries ?? [],
    routeCleared: stream.routeCleared,
  };
}

/** The filter's counters after a tick, those that are not 0, without what every name begins with. */
export function counters({ proxy, vm, root }: Filter): Record<string, number> {
  vm.tick(root);
  const counted: Record<string, number> = {};
  for (const name of proxy.stats.names) {
    const value = Number(proxy.stats.value(name));
    if (/^meshspan_[a-z_]+$/.test(name) && name !== 'meshspan_memory_bytes' && value !== 0) {
      counted[name.replace('meshspan_', '')] = value;
    }
  }
  return counted;
}
