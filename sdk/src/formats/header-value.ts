import { refuse } from '../diagnostics.ts';

/** Longest identity or request id that is carried, in characters (bytes, as Node decodes headers as latin1). */
export const MAX_VALUE_LENGTH = 256;

/**
 * Returns `value` where it can be sent as a header as it stands: 1 to `maxLength` of RFC 9110 §5.5's printable
 * ASCII, space and obs-text. Otherwise publishes the reason and returns undefined. A value that is too long
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
  for (let index = 0; index < length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code === 0x7f || code > 0xff) {
      return refuse(header, 'unsafe-bytes');
    }
  }
  return value;
}
