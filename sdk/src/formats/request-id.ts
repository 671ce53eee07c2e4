import { REQUEST_ID } from './header-names.ts';
import { readValue } from './header-value.ts';
import type { IncomingHeaders } from './incoming-headers.ts';

/**
 * x-request-id as it came, or undefined. It is never made up and never changed: Envoy packs its trace
 * decision into the digit at index 14 of the UUID, so that any other UUID v4 would read as "not traced"
 * (envoy source/extensions/request_id/uuid/config.cc).
 */
export function extractRequestId(headers: IncomingHeaders, raw: readonly string[]): string | undefined {
  return readValue(headers, REQUEST_ID, raw);
}
