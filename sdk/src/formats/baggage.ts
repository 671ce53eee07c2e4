import { refuse } from '../diagnostics.ts';
import { BAGGAGE_OCTET, kindsAt, TOKEN } from './characters.ts';
import { BAGGAGE } from './header-names.ts';

/** https://www.w3.org/TR/baggage/#limits; bounded, as CVE-2026-45292 was about not doing so. */
export const MAX_MEMBERS = 64;
export const MAX_BYTES = 8192;

/** What is looked at, empty and malformed members included: a queue's message may hold any number. */
const MAX_PARTS = 8192;

const TAB = 0x09;
const SPACE = 0x20;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const SEMICOLON = 0x3b;

/**
 * Checks baggage (https://www.w3.org/TR/baggage/#definition), of several headers as Node joins them, and
 * returns what is sent on: the members as they came, percent-encoding and properties untouched, without the
 * white space around them. A malformed member, and one beyond 64 members or 8,192 bytes, is dropped whole and
 * its reason published. Undefined where none is left.
 */
export function parseBaggage(value: string): string | undefined {
  if (isPlain(value)) return value;
  let kept = '';
  let members = 0;
  for (const part of value.split(',', MAX_PARTS)) {
    const member = part.trim();
    if (member === '') continue;
    if (!isMember(member)) {
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

/**
 * Whether it is well-formed, within the limits, and without white space and properties, as most is: then it is
 * sent on as it came. False says only that it has to be looked at member by member.
 */
function isPlain(value: string): boolean {
  if (value.length > MAX_BYTES) return false;
  let index = 0;
  for (let members = 1; members <= MAX_MEMBERS; members++) {
    const start = index;
    while ((kindsAt(value, index) & TOKEN) !== 0) index++;
    if (index === start || value.charCodeAt(index) !== EQUALS) return false;
    index++;
    while ((kindsAt(value, index) & BAGGAGE_OCTET) !== 0) index++;
    if (index === value.length) return true;
    if (value.charCodeAt(index) !== COMMA) return false;
    index++;
  }
  return false;
}

/** `key = value`, then properties behind semicolons, which are opaque. */
function isMember(member: string): boolean {
  let index = 0;
  while ((kindsAt(member, index) & TOKEN) !== 0) index++;
  if (index === 0) return false;
  index = skipBlanks(member, index);
  if (member.charCodeAt(index) !== EQUALS) return false;
  index = skipBlanks(member, index + 1);
  while ((kindsAt(member, index) & BAGGAGE_OCTET) !== 0) index++;
  index = skipBlanks(member, index);
  if (index === member.length) return true;
  if (member.charCodeAt(index) !== SEMICOLON) return false;
  for (; index < member.length; index++) {
    const code = member.charCodeAt(index);
    if (code !== TAB && (code < SPACE || code > 0x7e)) return false;
  }
  return true;
}

function skipBlanks(text: string, start: number): number {
  let index = start;
  while (text.charCodeAt(index) === SPACE || text.charCodeAt(index) === TAB) index++;
  return index;
}
