import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from '@solo-io/proxy-runtime/assembly/imports';
import { Bytes, received, result } from './host';
import { HeaderMap } from './status';

/** Header maps. Names in lower case, as Envoy keeps them. Request headers can be read in the request phase only. */

/** First value of a header. False when there is none, and when the map cannot be read in this phase. */
export function getHeader(map: i32, name: Bytes): bool {
  return received(
    proxy_get_header_map_value(
      map,
      changetype<usize>(name),
      name.byteLength,
      result,
      result + sizeof<usize>(),
    ),
  );
}

/** All request headers, as the ABI lays them out; see `read/headers.ts`. */
export function getRequestHeaders(): bool {
  return received(proxy_get_header_map_pairs(HeaderMap.RequestHeaders, result, result + sizeof<usize>()));
}

/** Makes a header have one value. Of a request it also makes Envoy choose the route anew. */
export function replaceHeader(map: i32, name: Bytes, start: usize, size: usize): void {
  proxy_replace_header_map_value(map, changetype<usize>(name), name.byteLength, start, size);
}

/** Adds a value to those that a header has. */
export function addHeader(map: i32, name: Bytes, start: usize, size: usize): void {
  proxy_add_header_map_value(map, changetype<usize>(name), name.byteLength, start, size);
}

/** Removes a header. Of a request it also makes Envoy choose the route anew. */
export function removeHeader(map: i32, name: Bytes): void {
  proxy_remove_header_map_value(map, changetype<usize>(name), name.byteLength);
}
