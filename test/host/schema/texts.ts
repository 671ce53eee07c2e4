import { type Edge, edges } from './edge.ts';
import { attribute } from './known.ts';

const REPEATED = `${'a'.repeat(252)}b{2}`;

const RIGHT_PATTERNS: readonly string[] = [
  ...['', '^', '$', '^$', '^a$', '^^', '^^*', '$a', 'a^', '$$', '$*', 'a', ' ', '~', ']', '-', ',', '/'],
  ...['.', '.*', '.+', '.?', 'a{1}', 'a{0,1}', 'a{0,}', 'a{2,}', 'a{2,2}', 'a{9999}', 'a{0001}', 'a{00,01}'],
  ...['\\.', '\\\\', '\\d', '\\w+', '\\]', '\\ ', '\\~', '\\{2\\}', '\\(\\)\\|', '\\^*', '\\_'],
  ...['[a]', '[^a]', '[a-z]', '[]]', '[^]]', '[]a]', '[^^]', '[a^]', '[-]', '[a-]', '[-a]', '[---]', '[+--]'],
  ...[
    '[]-a]',
    '[\\d]',
    '[\\w-]',
    '[\\d-x]',
    '[\\d--x]',
    '[a\\]b]',
    '[a-\\~]',
    '[\\!-\\/]',
    '[[]',
    '[(|)*+?{}.$]',
  ],
  ...['[a-z]{2,4}', '[^@]+@[a-z]+', '[a]]', '[ -~]', '[\\\\]', 'a'.repeat(256), REPEATED],
];

const WRONG_PATTERNS: readonly string[] = [
  ...['(', ')', '*', '+', '?', '{', '|', '}', '(a)', 'a|b', 'é', '\x7f', '\n', 'a\n', '\0', '😀', '\ud800'],
  ...['^*', '^+', '^?', '^{2}', 'a**', 'a+?', 'a{2}*', 'a{2}{2}', '.}'],
  ...['a{', 'a{}', 'a{,}', 'a{,4}', 'a{2', 'a{2,', 'a{2,4', 'a{ 2}', 'a{2, 4}', 'a{a}', 'a{-1}', 'a{2,4,6}'],
  ...['a{0}', 'a{0000}', 'a{0,0}', 'a{00,0}', 'a{10000}', 'a{00001}', 'a{1,10000}'],
  ...['\\', 'a\\', '\\a', '\\D', '\\s', '\\W', '\\0', '\\9', '\\é', '\\\n', '\\Z', '\\z', '\\A'],
  ...[
    '[',
    '[]',
    '[^',
    '[^]',
    '[a',
    '[a-',
    '[a-z',
    '[^]a',
    '[\\]',
    '[é]',
    '[a\n]',
    '[a-é]',
    '[a-\\d]',
    '[a-\\w]',
  ],
  ...[
    '[!-\\é]',
    '[\\s]',
    '[a-\\s]',
    '[\\a]',
    '[\\!-\\d]',
    '[]-\\d]',
    '[\x7f]',
    '[ -\x7f]',
    '[a-\n]',
    '[]-\n]',
  ],
  ...['a'.repeat(257), `${REPEATED}c`],
];

const RIGHT_PATHS: readonly string[] = [
  ...[
    '/{t}',
    '/{t}/',
    '//{t}',
    '/a/{t}/b',
    '/*/{t}',
    '/{t}/*',
    '/{t}/**',
    '/{t}/*/**',
    '/é 😀/{t}',
    '/{t}/a\n',
  ],
  ...['/{é}', '/{a b}', `/{a}${'/x'.repeat(63)}`, `${'/'.repeat(63)}/{a}`, `/{a}${'/x'.repeat(62)}/**`],
];

const WRONG_PATHS: readonly string[] = [
  ...[
    '',
    '/',
    '//',
    't',
    '{t}',
    ' /{t}',
    '\n/{t}',
    '/t',
    '/*',
    '/**',
    '/{}',
    '/{',
    '/}',
    '/{t',
    '/t}',
    '/a{t}',
  ],
  ...[
    '/{*}',
    '/{a}{b}',
    '/{t}a',
    '/{t}/{u}',
    '/**/{t}',
    '/{t}/**/',
    '/{t}/**/a',
    '/{t}/**/**',
    '/{t}/***',
    '/{t}/a*',
    '/{t}/*a',
  ],
  ...['/{t}/a}', '/{t}/{', `/{a}${'/x'.repeat(64)}`, `${'/'.repeat(64)}/{a}`, `/{a}${'/x'.repeat(63)}/**`],
];

const RIGHT_SPAN_NAMES: readonly string[] = [
  ...['/', '//', '/a', 'GET /a', 'M-SEARCH /a/{b}/*', '/**', '/a/**', '/{a-b}', '/{a}/{a}', '/*/**'],
  ...[
    "/!$%&'()+,-.:;<=>@[]^_`|~",
    `/{!}${'/x'.repeat(31)}`,
    `${'/x'.repeat(31)}/**`,
    `~ /${'a'.repeat(5000)}`,
  ],
];

const WRONG_SPAN_NAMES: readonly string[] = [
  ...[
    '',
    'a',
    'GET',
    'GET ',
    ' /a',
    'GET  /a',
    'GET /a ',
    'GET /a b',
    'G,T /a',
    ':m /a',
    'é /a',
    'GET\t/a',
    '\n/a',
  ],
  ...[
    '/{}',
    '/{',
    '/}',
    '/a{b}',
    '/{a}b',
    '/{a}{b}',
    '/{*}',
    '/a*',
    '/*a',
    '/***',
    '/**/a',
    '/a/**/',
    '/**/**',
  ],
  ...[
    '/a"',
    '/#',
    '/?',
    '/a?b=c',
    '/\\',
    '/é',
    '/\x7f',
    '/\0',
    '/a\n',
    '/{a b}',
    '/{é}',
    `/x${'/x'.repeat(32)}`,
  ],
];

/** Texts with a grammar of their own. */
export const TEXT_EDGES: readonly Edge[] = [
  ...edges('pattern', RIGHT_PATTERNS, WRONG_PATTERNS, (pattern) => attribute({ pattern })),
  ...edges('path', RIGHT_PATHS, WRONG_PATHS, (path) => attribute({ from: [{ path }] })),
  ...edges('span name', RIGHT_SPAN_NAMES, WRONG_SPAN_NAMES, (text) => ({ spanName: [text] })),
  ...[null, true, 1, ['a'], {}].flatMap((value): Edge[] => [
    [`pattern ${JSON.stringify(value)}`, attribute({ pattern: value }), false],
    [`path ${JSON.stringify(value)}`, attribute({ from: [{ path: value }] }), false],
    [`span name ${JSON.stringify(value)}`, { spanName: [value] }, false],
  ]),
];
