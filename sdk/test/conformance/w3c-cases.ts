import { type Case, changed, dropped, kept, members, SPAN, TRACE, ZERO16, ZERO32 } from './case.ts';

// https://www.w3.org/TR/trace-context-1/ (L1) and https://www.w3.org/TR/trace-context-2/ (L2); their sections
// have the same numbers but where one is named for its level.

const GOOD = `00-${TRACE}-${SPAN}-01`;
const sampled = (flags: string) => ({ traceparent: `00-${TRACE}-${SPAN}-${flags}` });

const TRACEPARENT: readonly Case[] = [
  kept('W3C §3.2.2.5.1 sampled set goes on', sampled('01')),
  kept('W3C §3.2.2.5.1 sampled unset goes on', sampled('00')),
  kept('W3C L2 §3.2.2.5.2 the random flag goes on, not sampled', sampled('02')),
  kept('W3C L2 §3.2.2.5.2 the random flag goes on, sampled', sampled('03')),
  ...['04', '08', '10', '20', '40', '80', 'fc'].map((flags) =>
    changed(`W3C §3.2.2.5.3 flags ${flags}: what is not known goes out as 0`, sampled(flags), sampled('00')),
  ),
  changed('W3C §3.2.2.5.3 all flags: the two that are known stay', sampled('ff'), sampled('03')),
  changed('W3C §3.2.1 the name in capitals', { TRACEPARENT: GOOD }, { traceparent: GOOD }),
  changed('W3C §3.2.1 the name in mixed case', { TraceParent: GOOD }, { traceparent: GOOD }),
  changed(
    'RFC 9110 §5.5 white space around the value is none of it',
    { traceparent: ` \t${GOOD} ` },
    { traceparent: GOOD },
  ),
  ...['01', '10', '7f', 'cc', 'fe'].map((version) =>
    changed(
      `W3C §3.2.4 version ${version}, of version 00's length, is read and goes on as 00`,
      { traceparent: `${version}-${TRACE}-${SPAN}-01` },
      { traceparent: GOOD },
    ),
  ),
  ...['-what-the-future', '-', '-1', '-00-00'].map((rest) =>
    changed(
      `W3C §3.2.4 a later version with "${rest}" behind is read by its first 55 characters`,
      { traceparent: `cc-${TRACE}-${SPAN}-01${rest}` },
      { traceparent: GOOD },
    ),
  ),
];

const bad = (rule: string, traceparent: string): Case =>
  dropped(`W3C ${rule}`, { traceparent, tracestate: 'a=1' });

const RESTARTED: readonly Case[] = [
  bad('§3.2.2.1 version ff is forbidden', `ff-${TRACE}-${SPAN}-01`),
  bad('§3.2.2.1 version that is not hexadecimal', `0x-${TRACE}-${SPAN}-01`),
  bad('§3.2.2.1 version in capitals', `CC-${TRACE}-${SPAN}-01`),
  bad('§3.2.2.1 version of one character', `0-${TRACE}-${SPAN}-01`),
  bad('§3.2.2.1 version of three characters', `000-${TRACE}-${SPAN}-01`),
  bad('§3.2.2.1 no version', `${TRACE}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id of zeroes', `00-${ZERO32}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id in capitals', `00-${TRACE.toUpperCase()}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id with one capital', `00-${TRACE.replace('a', 'A')}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id that is not hexadecimal', `00-${TRACE.replace('c', 'g')}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id of 31 characters', `00-${TRACE.slice(1)}-${SPAN}-01`),
  bad('§3.2.2.3 trace-id of 33 characters', `00-${TRACE}a-${SPAN}-01`),
  bad('§3.2.2.3 trace-id of 16 characters', `00-${TRACE.slice(16)}-${SPAN}-01`),
  bad('§3.2.2.3 no trace-id', `00--${SPAN}-01`),
  bad('§3.2.2.3 trace-id with a dot', `00-.${TRACE.slice(1)}-${SPAN}-01`),
  bad('§3.2.2.4 parent-id of zeroes', `00-${TRACE}-${ZERO16}-01`),
  bad('§3.2.2.4 parent-id in capitals', `00-${TRACE}-${SPAN.toUpperCase()}-01`),
  bad('§3.2.2.4 parent-id that is not hexadecimal', `00-${TRACE}-${SPAN.slice(1)}.-01`),
  bad('§3.2.2.4 parent-id of 15 characters', `00-${TRACE}-${SPAN.slice(1)}-01`),
  bad('§3.2.2.4 parent-id of 17 characters', `00-${TRACE}-${SPAN}b-01`),
  bad('§3.2.2.4 no parent-id', `00-${TRACE}--01`),
  bad('§3.2.2.5 flags in capitals', `00-${TRACE}-${SPAN}-0F`),
  bad('§3.2.2.5 flags that are not hexadecimal', `00-${TRACE}-${SPAN}-0x`),
  bad('§3.2.2.5 flags of one character', `00-${TRACE}-${SPAN}-1`),
  bad('§3.2.2.5 flags of three characters', `00-${TRACE}-${SPAN}-001`),
  bad('§3.2.2.5 no flags', `00-${TRACE}-${SPAN}-`),
  bad('§3.2.2.5 no flags and no dash', `00-${TRACE}-${SPAN}`),
  bad('§3.2.2.2 version 00 with more behind a dash', `00-${TRACE}-${SPAN}-01-more`),
  bad('§3.2.2.2 version 00 with a dash behind', `00-${TRACE}-${SPAN}-01-`),
  bad('§3.2.2.2 version 00 with more and no dash', `00-${TRACE}-${SPAN}-01.more`),
  bad('§3.2.4 a later version with more and no dash', `cc-${TRACE}-${SPAN}-01.more`),
  bad('§3.2.4 a later version that is too short', `cc-${TRACE}-${SPAN}-0`),
  bad('§3.2.4 a later version whose trace-id is zeroes', `cc-${ZERO32}-${SPAN}-01`),
  bad('§3.2.4 a later version whose parent-id is zeroes', `cc-${TRACE}-${ZERO16}-01-what`),
  bad('§3.2.2 another separator', `00_${TRACE}_${SPAN}_01`),
  bad('§3.2.2 blanks for dashes', `00 ${TRACE} ${SPAN} 01`),
  bad('§3.2.2 empty', ''),
  bad('§3.2.2 nothing but dashes', '---'),
  bad('§3.2.2 quoted', `"${GOOD}"`),
  bad('§3.2.2 bytes above ASCII', `00-${TRACE.slice(1)}\xe9-${SPAN}-01`),
  changed(
    'W3C §3.2.1 two that are equal',
    [
      ['traceparent', GOOD],
      ['traceparent', GOOD],
    ],
    {},
  ),
  changed(
    'W3C §3.2.1 two that differ',
    [
      ['traceparent', GOOD],
      ['traceparent', `00-${TRACE}-${SPAN}-00`],
    ],
    {},
  ),
  changed(
    'W3C §3.2.1 two under names that differ in case',
    [
      ['traceparent', GOOD],
      ['Traceparent', GOOD],
    ],
    {},
  ),
  changed(
    'W3C §3.2.4 two of a later version',
    [
      ['traceparent', `cc-${TRACE}-${SPAN}-01`],
      ['traceparent', `cc-${TRACE}-${SPAN}-01`],
    ],
    {},
  ),
];

const state = (rule: string, tracestate: string): Case =>
  kept(`W3C ${rule}`, { traceparent: GOOD, tracestate });
const lost = (rule: string, tracestate: string): Case =>
  changed(`W3C ${rule}`, { traceparent: GOOD, tracestate }, { traceparent: GOOD });

const TRACESTATE: readonly Case[] = [
  state('§3.3.1.2 one member', 'foo=1'),
  state('§3.3.1.2 two members', 'foo=1,bar=2'),
  state('§3.3.1.2 members in their order', 'z=1,a=2,m=3'),
  state('§3.3.1.1 white space around commas', 'foo=1 , bar=2'),
  state('§3.3.1.1 tabs around commas', 'foo=1\t,\tbar=2'),
  state('§3.3.1.1 empty members', 'foo=1,,bar=2'),
  state('§3.3.1.1 an empty member at the end', 'foo=1,'),
  state('§3.3.1.1 an empty member at the start', ',foo=1'),
  state('§3.3.1.1 32 members', members(32)),
  state('§3.3.1.1 32 members and empty ones, which do not count', `${members(32)},,`),
  state('§3.3.1.3.1 all characters of a key', 'abcdefghijklmnopqrstuvwxyz0123456789_-*/=1'),
  state('L1 §3.3.1.3.1 tenant and system', 'fw529a3039@dt=FfAAAA'),
  state('L1 §3.3.1.3.1 a tenant that starts with a digit', '0tenant@system=1'),
  state('L2 §3.3.1.3.1 a key that starts with a digit', '1a=1'),
  state('L2 §3.3.1.3.1 a tenant of more than 241 characters', `${'t'.repeat(242)}@v=1`),
  state('L2 §3.3.1.3.1 a system of more than 14 characters', `t@${'v'.repeat(15)}=1`),
  state('L2 §3.3.1.3.1 at signs anywhere but first', 'a@b@c@=1'),
  state('§3.3.1.3.1 a key of one character', 'a=1'),
  state('§3.3.1.3.1 a key of 256 characters', `${'a'.repeat(256)}=1`),
  state('§3.3.1.3.2 a value of one character', 'a=v'),
  state('§3.3.1.3.2 a value of 256 characters', `a=${'v'.repeat(256)}`),
  state('§3.3.1.3.2 a value with blanks inside and in front', 'a=  b c'),
  state('§3.3.1.3.2 a value of all marks', 'a=!"#$%&\'()*+-./:;<>?@[\\]^_`{|}~'),
  state('§3.3.1.5 512 characters at least', `a=${'v'.repeat(250)},b=${'v'.repeat(250)},c=vvvv`),
  state("§3.3.1.4 a repeated key is its vendors' affair", 'foo=1,foo=2'),
  changed(
    'W3C §3.3.1.1 several headers are one, in their order',
    [
      ['traceparent', GOOD],
      ['tracestate', 'foo=1'],
      ['tracestate', 'bar=2'],
    ],
    { traceparent: GOOD, tracestate: 'foo=1, bar=2' },
  ),
  changed(
    'W3C §3.3.1.1 several headers, one of them empty',
    [
      ['traceparent', GOOD],
      ['tracestate', 'foo=1'],
      ['tracestate', ''],
    ],
    { traceparent: GOOD, tracestate: 'foo=1,' },
  ),
  changed(
    'W3C §3.3 the name in capitals',
    { traceparent: GOOD, TRACESTATE: 'foo=1' },
    { traceparent: GOOD, tracestate: 'foo=1' },
  ),
  lost('§3.3.1.1 33 members', members(33)),
  changed(
    'W3C §3.3.1.1 33 members over two headers',
    [
      ['traceparent', GOOD],
      ['tracestate', members(16)],
      ['tracestate', members(17, 16)],
    ],
    { traceparent: GOOD },
  ),
  lost('§3.3.1.1 no member at all', ', ,'),
  lost('§3.3.1.1 empty', ''),
  lost('§3.3.1.3 a member without a value', 'foo'),
  lost('§3.3.1.3 a member without a value among good ones', 'foo=1,bar,baz=3'),
  lost('§3.3.1.3 an equals sign alone', '='),
  lost('§3.3.1.3.1 no key', '=1'),
  lost('§3.3.1.3.1 a blank before the equals sign', 'foo =1'),
  lost('§3.3.1.3.1 a blank in a key', 'fo o=1'),
  lost('§3.3.1.3.1 a capital in a key', 'Foo=1'),
  lost('§3.3.1.3.1 a key that starts with a mark', '_foo=1'),
  lost('§3.3.1.3.1 a key that starts with an at sign', '@foo=1'),
  lost('§3.3.1.3.1 a dot in a key', 'foo.bar=1'),
  lost('§3.3.1.3.1 a byte above ASCII in a key', 'f\xf6\xf6=1'),
  lost('§3.3.1.3.1 a key of 257 characters', `${'a'.repeat(257)}=1`),
  lost('§3.3.1.3.2 an empty value', 'foo='),
  lost('§3.3.1.3.2 an empty value among good ones', 'foo=1,bar=,baz=3'),
  lost('§3.3.1.3.2 a value of blanks alone', 'foo=  ,bar=1'),
  lost('§3.3.1.3.2 an equals sign in a value', 'foo=bar=baz'),
  lost('§3.3.1.3.2 a tab in a value', 'foo=a\tb'),
  lost('§3.3.1.3.2 a byte above ASCII in a value', 'foo=caf\xe9'),
  lost('§3.3.1.3.2 a value of 257 characters', `foo=${'v'.repeat(257)}`),
  dropped('W3C §3.3 tracestate without traceparent', { tracestate: 'foo=1' }),
];

export const W3C_CASES: readonly Case[] = [...TRACEPARENT, ...RESTARTED, ...TRACESTATE];
