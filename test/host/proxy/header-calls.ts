import { HEADER_MAPS, type HeaderMapName, Status } from './abi.ts';
import { BAD_ARGUMENT, type Guest, giveTo, type Imports, INVALID_MEMORY, OK } from './guest.ts';
import { type HeaderMap, NO_HEADERS } from './header-map.ts';

/** The host functions for header maps (proxy-wasm-cpp-host `src/exports.cc`, Envoy `Context::…HeaderMap…`). */
export function headerCalls(guest: Guest): Imports {
  const { perform } = guest;
  const read = (start: number, size: number): Uint8Array | undefined => guest.memory.read(start, size);
  const mapOf = (type: number): HeaderMapName | undefined => HEADER_MAPS[type];
  /** A map that is not there in this phase is a bad argument too. */
  const change = (
    call: string,
    type: number,
    given: readonly (Uint8Array | undefined)[],
    act: (headers: HeaderMap, name: Uint8Array, value: Uint8Array) => void,
  ): number =>
    perform(call, [mapOf(type) ?? type, ...given], () => {
      const map = mapOf(type);
      const [name, value = new Uint8Array()] = given;
      if (map === undefined) return BAD_ARGUMENT;
      if (name === undefined || given.includes(undefined)) return INVALID_MEMORY;
      return guest.context.changeHeaders(map, (headers) => act(headers, name, value)) ? OK : BAD_ARGUMENT;
    });

  return {
    proxy_get_header_map_value(type = 0, start = 0, size = 0, addressAt = 0, sizeAt = 0) {
      const name = read(start, size);
      return perform('proxy_get_header_map_value', [mapOf(type) ?? type, name], () => {
        const map = mapOf(type);
        const headers = map === undefined ? undefined : guest.context.headers(map);
        if (headers === undefined) return BAD_ARGUMENT;
        return name === undefined ? INVALID_MEMORY : giveTo(guest, headers.first(name), addressAt, sizeAt);
      });
    },

    proxy_get_header_map_pairs(type = 0, addressAt = 0, sizeAt = 0) {
      return perform('proxy_get_header_map_pairs', [mapOf(type) ?? type], () => {
        const map = mapOf(type);
        if (map === undefined) return BAD_ARGUMENT;
        // Of a map that is not there in this phase Envoy gives no pairs, and says Ok.
        const headers = guest.context.headers(map) ?? NO_HEADERS;
        const { status } = giveTo(guest, headers.serialize(), addressAt, sizeAt);
        return status === Status.Ok ? { status, value: `${headers.size} headers` } : { status };
      });
    },

    proxy_add_header_map_value(type = 0, start = 0, size = 0, valueAt = 0, valueSize = 0) {
      const given = [read(start, size), read(valueAt, valueSize)];
      return change('proxy_add_header_map_value', type, given, (headers, name, value) =>
        headers.add(name, value),
      );
    },

    proxy_replace_header_map_value(type = 0, start = 0, size = 0, valueAt = 0, valueSize = 0) {
      const given = [read(start, size), read(valueAt, valueSize)];
      return change('proxy_replace_header_map_value', type, given, (headers, name, value) =>
        headers.replace(name, value),
      );
    },

    proxy_remove_header_map_value(type = 0, start = 0, size = 0) {
      const given = [read(start, size)];
      return change('proxy_remove_header_map_value', type, given, (headers, name) => headers.remove(name));
    },
  };
}
