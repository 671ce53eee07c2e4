import { type Case, changed, dropped, kept, members } from './case.ts';

// https://www.w3.org/TR/baggage/

const whole = (rule: string, baggage: string): Case => kept(`Baggage ${rule}`, { baggage });
const gone = (rule: string, baggage: string): Case => dropped(`Baggage ${rule}`, { baggage });
const part = (rule: string, baggage: string, forward: string): Case =>
  changed(`Baggage ${rule}`, { baggage }, { baggage: forward });

const BAGGAGE: readonly Case[] = [
  whole('§3.3.1 one member', 'userId=alice'),
  whole('§3.3.1 members in their order', 'z=1,a=2,m=3'),
  whole('§3.3.1 an empty value', 'a='),
  whole('§3.3.1 an equals sign in a value', 'a=b=c'),
  whole('§3.3.1 all characters of a key', "!#$%&'*+-.^_`|~Az09=1"),
  whole('§3.3.1 all marks of a value', "a=!#$%&'()*+-./:<=>?@[]^_`{|}~"),
  whole('§3.3.1 capitals in a key', 'UserId=1'),
  whole('§3.3.2.2 percent-encoding as it came', 'serverNode=DF%2028,a=%C3%A9'),
  whole('§3.3.2.2 percent-encoding of other cases and none', 'a=%c3%a9,b=%zz,c=%'),
  whole('§3.3.2.3 a property with a value', 'a=1;ttl=30'),
  whole('§3.3.2.3 a property without a value', 'a=1;secret'),
  whole('§3.3.2.3 several properties, white space around', 'a=1 ; p1 ; p2 = 2'),
  whole('§3.3.2.3 properties are opaque', 'a=1;"quoted \\ text"'),
  whole('§3.3.1 white space around the equals sign', 'a = 1'),
  whole('§3.4 a repeated key, in its order', 'a=1,a=2'),
  whole('§3.3.3 64 members', members(64)),
  whole('§3.3.3 8,192 bytes', `a=${'v'.repeat(8190)}`),
  part('§3.3.1 white space around members goes', ' a=1 ,\tb=2 ', 'a=1,b=2'),
  part('§3.3.1 empty members go', 'a=1,, ,b=2,', 'a=1,b=2'),
  part('§3.3.3 64 of 65 members', members(65), members(64)),
  part('§3.3.3 64 of 180 members', members(180), members(64)),
  part('§3.3.3 a member is dropped whole where it does not fit', `a=1,b=${'v'.repeat(8190)},c=3`, 'a=1,c=3'),
  part('§3.3.1 a malformed member goes alone', 'a=1,b c=2,d=3', 'a=1,d=3'),
  part('§3.3.1 a member without a value goes alone', 'a=1,b,d=3', 'a=1,d=3'),
  changed(
    'Baggage §3.3.1 several headers are one, in their order',
    [
      ['baggage', 'a=1'],
      ['baggage', 'b=2'],
    ],
    { baggage: 'a=1,b=2' },
  ),
  changed(
    'Baggage §3.3.3 64 members over all headers together',
    [
      ['baggage', members(40)],
      ['baggage', members(40, 40)],
    ],
    { baggage: `${members(40)},${members(24, 40)}` },
  ),
  changed('Baggage §3.3 the name in capitals', { BAGGAGE: 'a=1' }, { baggage: 'a=1' }),
  gone('§3.3.1 empty', ''),
  gone('§3.3.1 no member', ' , ,'),
  gone('§3.3.1 a key alone', 'a'),
  gone('§3.3.1 no key', '=1'),
  gone('§3.3.1 a bracket in a key', 'a(=1'),
  gone('§3.3.1 a byte above ASCII in a key', '\xe9=1'),
  gone('§3.3.1 a blank in a value', 'a=1 2'),
  gone('§3.3.1 a quote in a value', 'a="1"'),
  gone('§3.3.1 a backslash in a value', 'a=\\'),
  gone('§3.3.1 a byte above ASCII in a value', 'a=\xe9'),
  gone('§3.3.2.3 a byte above ASCII in a property', 'a=1;\xe9'),
  gone('§3.3.3 8,193 bytes', `a=${'v'.repeat(8191)}`),
];

const ID = 'a1b2c3d4-e5f6-9a78-8b90-123456789abc';

/** Envoy's header manual, x-request-id; and RFC 9110 §5.5, what a header's value may hold. */
const REQUEST: readonly Case[] = [
  ...['4', '9', 'a', 'b'].map((digit) =>
    kept(`x-request-id: Envoy's decision ${digit} stays`, {
      'x-request-id': ID.replace('9a78', `${digit}a78`),
    }),
  ),
  kept('x-request-id: any text is unchanged', { 'x-request-id': 'Not-A-UUID / 42' }),
  kept('x-request-id: a comma that belongs to it', { 'x-request-id': 'a, b' }),
  kept('x-request-id: 256 characters', { 'x-request-id': 'x'.repeat(256) }),
  dropped('x-request-id: 257 characters', { 'x-request-id': 'x'.repeat(257) }),
  dropped('x-request-id: empty', { 'x-request-id': '' }),
  changed(
    'x-request-id: two headers',
    [
      ['x-request-id', ID],
      ['x-request-id', 'other'],
    ],
    {},
  ),
  kept('identity: user and tenant', { 'x-user-id': 'ada', 'x-tenant-id': 'acme' }),
  kept('identity: bytes above ASCII (RFC 9110 §5.5, obs-text)', { 'x-user-id': 'L\xf8vlace' }),
  kept('identity: 256 characters', { 'x-user-id': 'u'.repeat(256) }),
  changed(
    'identity: 257 characters are dropped and not cut',
    { 'x-user-id': 'u'.repeat(257), 'x-tenant-id': 'acme' },
    { 'x-tenant-id': 'acme' },
  ),
  changed(
    'identity: neither of two',
    [
      ['x-user-id', 'ada'],
      ['X-User-Id', 'eve'],
      ['x-tenant-id', 'acme'],
    ],
    { 'x-tenant-id': 'acme' },
  ),
  changed('identity: a tab', { 'x-user-id': 'a\tb', 'x-tenant-id': 'acme' }, { 'x-tenant-id': 'acme' }),
  changed('identity: empty', { 'x-user-id': '', 'x-tenant-id': 'acme' }, { 'x-tenant-id': 'acme' }),
  dropped('cookies and credentials never go on', { cookie: 'a=1', authorization: 'Bearer x' }),
];

export const BAGGAGE_CASES: readonly Case[] = [...BAGGAGE, ...REQUEST];
