import type { HeaderMapName } from './abi.ts';
import type { HeaderMap } from './header-map.ts';

/** Attributes that are a header by another name (Envoy `source/extensions/filters/common/expr/context.cc`). */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['request\0path', ':path'],
  ['request\0method', ':method'],
  ['request\0host', ':authority'],
  ['request\0scheme', ':scheme'],
  ['request\0id', 'x-request-id'],
  ['request\0referer', 'referer'],
  ['request\0useragent', 'user-agent'],
]);

/** What has header maps, of which it gives the one of the current phase. */
interface Phased {
  headers(map: HeaderMapName): HeaderMap | undefined;
}

/**
 * The attribute at a path that is a header: of the request, `request.headers.x` and those with names of their own; of the
 * response, `response.headers.x`. They are what the header map has become, and are gone with it.
 */
export function headerProperty(context: Phased, path: Uint8Array): Uint8Array | undefined {
  const name = Buffer.from(path).toString('utf8');
  const [top, field, header, ...rest] = name.split('\0');
  const isMap = field === 'headers' && header !== undefined && rest.length === 0;
  if (top === 'response') return isMap ? context.headers('ResponseHeaders')?.joined(header) : undefined;
  const wanted = top === 'request' && isMap ? header : NAMED.get(name);
  return wanted === undefined ? undefined : context.headers('RequestHeaders')?.joined(wanted);
}
