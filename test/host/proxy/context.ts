import type { BufferName, HeaderMapName } from './abi.ts';
import { toBytes, toKey, type Value } from './bytes.ts';
import { HeaderMap, type Headers } from './header-map.ts';
import { headerProperty } from './header-properties.ts';
import { findProperty, type PropertyTree, topName } from './properties.ts';

/** A plugin as the proxy configures it: an entry of a filter chain. */
export interface Plugin {
  /** `plugin_name`. */
  readonly name: string;
  /** `plugin_root_id`. */
  readonly rootId: string;
}

/**
 * What the host calls of a context act on (Envoy `source/extensions/common/wasm/context.cc`). Context 0 is
 * the VM's own; a root context stands for a plugin; a stream context for a request that passes it.
 */
export class Context {
  readonly id: number;
  readonly parent: Context | undefined;
  readonly plugin: Plugin | undefined;
  /** Envoy's filter state of the stream; undefined where there is no stream. */
  readonly filterState: Map<string, Uint8Array> | undefined;
  /** All header maps that the stream has had, as they have become. */
  readonly headerMaps: Map<HeaderMapName, HeaderMap> = new Map();
  /** The one that host calls reach: Envoy lets each go when its phase is over (`Context::decodeHeaders`). */
  phase: HeaderMapName | undefined;
  /** Whether a change of the request's headers made the proxy choose the route anew. */
  routeCleared = false;
  readonly buffers: Map<BufferName, Uint8Array> = new Map();
  /** Of a root context: its CEL expressions, by their tokens. Here each is a number. */
  readonly expressions: bigint[] = [];
  #properties: readonly PropertyTree[];

  /** `properties`: trees in the order they are asked, those of the stream first. */
  constructor(
    id: number,
    parent: Context | undefined,
    plugin: Plugin | undefined,
    properties: readonly PropertyTree[],
    isStream: boolean,
  ) {
    this.id = id;
    this.parent = parent;
    this.plugin = plugin;
    this.#properties = properties;
    this.filterState = isStream ? new Map() : undefined;
  }

  /** A header map that can be reached in this phase. */
  headers(map: HeaderMapName): HeaderMap | undefined {
    return this.phase === map ? this.headerMaps.get(map) : undefined;
  }

  /** A change of a map; false when there is no such map now. That of the request's clears the route cache. */
  changeHeaders(map: HeaderMapName, change: (headers: HeaderMap) => void): boolean {
    const headers = this.headers(map);
    if (headers === undefined) return false;
    change(headers);
    this.routeCleared ||= map === 'RequestHeaders';
    return true;
  }

  /** Puts attributes in front of those that are there. */
  addProperties(tree: PropertyTree): void {
    this.#properties = [tree, ...this.#properties];
  }

  /** Envoy `Context::findValue`: attributes first, then filter state that a Wasm filter has set. */
  property(path: Uint8Array): Uint8Array | undefined {
    const name = topName(path);
    if (this.plugin !== undefined && name === 'plugin_name') return toBytes(this.plugin.name);
    if (this.plugin !== undefined && name === 'plugin_root_id') return toBytes(this.plugin.rootId);
    for (const tree of this.#properties) {
      const value = findProperty(tree, path);
      if (value !== undefined) return value;
    }
    return headerProperty(this, path) ?? this.filterState?.get(`wasm.${toKey(path)}`);
  }

  /** False where there is no stream (Envoy `Context::setProperty` answers NotFound). */
  setProperty(path: Uint8Array, value: Uint8Array): boolean {
    this.filterState?.set(`wasm.${toKey(path)}`, value);
    return this.filterState !== undefined;
  }

  setHeaders(map: HeaderMapName, headers: Headers): number {
    const headerMap = new HeaderMap(headers);
    this.headerMaps.set(map, headerMap);
    return headerMap.size;
  }

  setBuffer(buffer: BufferName, value: Value): number {
    const bytes = toBytes(value);
    this.buffers.set(buffer, bytes);
    return bytes.length;
  }
}
