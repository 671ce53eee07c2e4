import { refuse } from '../diagnostics.ts';
import { BAGGAGE } from './header-names.ts';

/** https://www.w3.org/TR/baggage/#limits; bounded, as CVE-2026-45292 was about not doing so. */
export const MAX_MEMBERS = 64;
export const MAX_BYTES = 8192;

/** What is looked at, empty and malformed members included: a queue's message may hold any number. */
const MAX_PARTS = 8192;

/** RFC 9110 §5.6.2's token, which a key is. */
const KEY = "[0-9A-Za-z!#$%&'*+\\-.^_`|~]+";
/** baggage-octet: printable ASCII without blank, quote, comma, semicolon and backslash. */
const OCTET = '[!#-+\\--:<-[\\]-~]';

/** Members as most are, without white space and properties. No character fits in two places, here and below, so that time grows by length alone. */
const PLAIN = new RegExp(`^${KEY}=${OCTET}*(?:,${KEY}=${OCTET}*){0,${MAX_MEMBERS - 1}}$`);
/** `key = value`, then properties behind semicolons, which are opaque. */
const MEMBER = new RegExp(`^${KEY}[ \\t]*=[ \\t]*(?:${OCTET}+[ \\t]*)?(?:;[\\t -~]*)?$`);

/**
 * Checks baggage (https://www.w3.org/TR/baggage/#definition), of several headers as Node joins them, and
 * returns what is sent on: the members as they came, percent-encoding and properties untouched, without the
 * white space around them. A malformed member, and one beyond 64 members or 8,192 bytes, is dropped whole and
 * its reason published. Undefined where none is left.
 */
export function parseBaggage(value: string): string | undefined {
  if (value.length <= MAX_BYTES && PLAIN.test(value)) return value;
  let kept = '';
  let members = 0;
  for (const part of value.split(',', MAX_PARTS)) {
    const member = part.trim();
    if (member === '') continue;
    if (!MEMBER.test(member)) {
      refuse(BAGGAGE, 'malformed');
      continue;
    }
    if (members === MAX_MEMBERS) {
      refuse(BAGGAGE, 'too-many-members');
      break;
    }
    const joined = members === 0 ? member : `${kept},${member}`;
    // Every character of a member is ASCII, so that characters are bytes. A later, shorter one may still fit.
    if (joined.length > MAX_BYTES) {
      refuse(BAGGAGE, 'too-long');
      continue;
    }
    kept = joined;
    members++;
  }
  return members === 0 ? undefined : kept;
}
