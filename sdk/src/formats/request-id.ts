import { REQUEST_ID } from './header-names.ts';
import { checkHeaderValue } from './header-value.ts';
import { type IncomingHeaders, readOnce } from './incoming-headers.ts';

/**
 * x-request-id as it came, or undefined. It is never made up and never changed: Envoy packs its trace
 * decision into the digit at index 14 of the UUID, so that any other UUID v4 would read as "not traced"
 * (envoy source/extensions/request_id/uuid/config.cc).
 */
export function extractRequestId(headers: IncomingHeaders, raw: readonly string[]): string | undefined {
  const value = readOnce(headers, REQUEST_ID, raw);
  return value === undefined ? undefined : checkHeaderValue(REQUEST_ID, value);
}
