import { refuse } from '../diagnostics.ts';

/** Headers as Node gives them: names in lower case. `IncomingMessage.headers` is one. */
export type IncomingHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * One header's value. Several headers of one name are combined in order with a comma, as RFC 9110 §5.3
 * says and as Node has already done for those of `IncomingMessage`.
 */
export function read(headers: IncomingHeaders, name: string): string | undefined {
  return textOf(headers[name]);
}

/**
 * The same for a value that was looked up: V8 keeps the place of a header whose name is a constant where it is
 * looked up, which halves the cost of a dozen of them.
 */
export function textOf(value: IncomingHeaders[string]): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  // A carrier that is not Node's own may hold anything.
  return Array.isArray(value) ? value.join(', ') : undefined;
}

/**
 * One header that must come once. Node joins repeated ones with `, ` (lib/_http_incoming.js), which a lone
 * value may hold as well, so the raw list decides; it is looked at only where a comma makes it needful.
 * A repeated header is refused: which of the two is true cannot be told.
 */
export function readOnce(headers: IncomingHeaders, name: string, raw: readonly string[]): string | undefined {
  const value = read(headers, name);
  if (value === undefined || !value.includes(', ')) return value;
  if (Array.isArray(headers[name])) return headers[name].length > 1 ? refuse(name, 'duplicate') : value;
  let count = 0;
  // rawHeaders alternates names and values.
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === name) count++;
  }
  return count > 1 ? refuse(name, 'duplicate') : value;
}
