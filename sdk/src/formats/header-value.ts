import { refuse } from '../diagnostics.ts';
import { type IncomingHeaders, readOnce } from './incoming-headers.ts';

/** Longest identity or request id that is carried, in characters (bytes, as Node decodes headers as latin1). */
export const MAX_VALUE_LENGTH = 256;

/** What is not RFC 9110 §5.5's printable ASCII, space and obs-text. */
const UNSAFE = /[^\x20-\x7e\x80-\xff]/;
/** What most values are: visible ASCII, and no comma behind which Node may have joined a second header. */
const PLAIN = /^[!-+\--~]+$/;

/**
 * Returns `value` where it can be sent as a header as it stands: 1 to `maxLength` of what is safe. Otherwise publishes the reason and returns undefined. A value that is too long
 * is dropped and not cut: the first 256 characters of one user's id may be another user's id.
 */
export function checkHeaderValue(
  header: string,
  value: string,
  maxLength: number = MAX_VALUE_LENGTH,
): string | undefined {
  const { length } = value;
  if (length === 0) return refuse(header, 'empty');
  if (length > maxLength) return refuse(header, 'too-long');
  return UNSAFE.test(value) ? refuse(header, 'unsafe-bytes') : value;
}

/**
 * The header `name`, checked. One that came twice is refused: which of the two is true cannot be told. What is
 * plain, as most is, is looked at once; only the rest is asked what is wrong with it.
 */
export function readValue(
  headers: IncomingHeaders,
  name: string,
  raw: readonly string[],
  maxLength: number = MAX_VALUE_LENGTH,
): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length <= maxLength && PLAIN.test(value)) return value;
  const once = readOnce(headers, name, raw);
  return once === undefined ? undefined : checkHeaderValue(name, once, maxLength);
}
