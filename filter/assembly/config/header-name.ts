import { Bytes } from '../abi/host';
import { Fields, quoted } from './fields';
import { Code } from './problems';
import { split } from './split';

/** Signs that a token may have beside letters and digits (RFC 9110, section 5.6.2). */
const SIGNS: string = "!#$%&'*+-.^_`|~";
/** Headers that say how a message is to be read, or where it goes: not for an attribute to write. */
const FRAMING: string[] = split(
  'connection content-length host keep-alive proxy-connection te trailer transfer-encoding upgrade',
  ' ',
);

/** A token (RFC 9110, section 5.6.2). */
export function isToken(text: string): bool {
  if (text.length == 0) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const letter = (c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a;
    const digit = c >= 0x30 && c <= 0x39;
    if (!letter && !digit && !SIGNS.includes(text.charAt(i))) return false;
  }
  return true;
}

/** A token, or a pseudo-header (RFC 9113, section 8.3): nothing else can ever come. */
export function isHeaderName(text: string): bool {
  return isToken(text.startsWith(':') ? text.substring(1) : text);
}

/** The field of a header that is to be written, in lower case; null where it is not there, or cannot be written. */
export function writableHeader(fields: Fields, name: string): Bytes | null {
  if (fields.json.get(name) === null) return null;
  const text = fields.requiredText(name);
  if (text === null) return null;
  const bytes = lowerCase(text);
  if (isToken(text) && !FRAMING.includes(String.UTF8.decode(bytes))) return bytes;
  const expected = 'the name of a header that does not frame the message';
  fields.refuse(name, expected, quoted(text));
  return null;
}

/** ASCII only, as header names are; `String.toLowerCase` carries 6 KiB of Unicode tables. */
export function lowerCase(text: string): Bytes {
  const bytes = String.UTF8.encode(text);
  const start = changetype<usize>(bytes);
  for (let i = 0; i < bytes.byteLength; i++) {
    const c = load<u8>(start + i);
    if (c >= 0x41 && c <= 0x5a) store<u8>(start + i, c | 0x20);
  }
  return bytes;
}
