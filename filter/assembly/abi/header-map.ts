import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
} from '@solo-io/proxy-runtime/assembly/imports';
import { Bytes, received, result } from './host';
import { HeaderMap, Status } from './status';

/** Header maps. Names in lower case, as Envoy keeps them. Request headers can be read in the request phase only. */

/** What the last `getHeader` met beside a value. */
export class HeaderState {
  /** Whether there is no such header; else there may be one that could not be handed over. */
  static isAbsent: bool = false;
}

/** First value of a header. False when there is none, and when it cannot be handed over. */
export function getHeader(map: i32, name: Bytes): bool {
  const at = changetype<usize>(name);
  const status = proxy_get_header_map_value(map, at, name.byteLength, result, result + sizeof<usize>());
  HeaderState.isAbsent = status == Status.NotFound;
  return received(status);
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
