import { type Edge, field, NOT_NUMBERS, NOT_TEXTS, shown, source } from './edge.ts';
import { attribute } from './known.ts';

const HASH = { algorithm: 'hmac-sha256', keyEnv: 'KEY' };

const keys = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, from: [{ literal: 'l' }] }));
const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `t${i}`);
const oneOfEach = ['header', 'cookie', 'query', 'baggage', 'property', 'node', 'env', 'literal'];

/** Characters that may not stand on a span as they are, and their neighbours, which may. */
const CONTROL = ['\0', '\t', '\n', '\u001f', '\u007f', '\u0080', '\u009f', '"', '\\', 'a\ud800', '\udc00a'];
const PRINTABLE = [' ', '~', "'", '/', '\u00a0', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'];

export const EDGES: readonly Edge[] = [
  ...[null, true, 1, 'text', []].map((root): Edge => [`root ${shown(root)}`, root, false]),
  ['nothing said', {}, true],
  ['unknown field', { attribute: [] }, false],
  ['a field of Object.prototype', '{"__proto__":[]}', false],
  ...[null, true, 1, 'text', {}].map(
    (list): Edge => [`attributes ${shown(list)}`, { attributes: list }, false],
  ),
  ['no attributes', { attributes: [] }, true],
  ['128 attributes', { attributes: keys(128) }, true],
  ['129 attributes', { attributes: keys(129) }, false],
  ...[null, true, 1, 'text', [], {}].map(
    (item): Edge => [`attribute ${shown(item)}`, { attributes: [item] }, false],
  ),
  ['no key', { attributes: [{ from: [{ header: 'h' }] }] }, false],
  ['no from', { attributes: [{ key: 'k' }] }, false],
  ['unknown field of an attribute', attribute({ maxlength: 1 }), false],
  ['constructor', attribute({ constructor: 1 }), false],
  ...field(
    'key',
    ['k', 'azAZ09._-', 'k'.repeat(128)],
    ['', 'k'.repeat(129), 'a b', 'a\n', 'é', '@', '[', '`', '{', '/', ':', 'a,b', '%', ...NOT_TEXTS],
  ),
  ...field(
    'from',
    [[{ header: 'h' }], Array(300).fill({ header: 'h' })],
    [[], [[]], [null], ['h'], [{}], null, true, 1, 'h', { header: 'h' }, [{ header: 'h' }, {}]],
  ),
  ...field('default', ['', 'x'.repeat(5000), ...PRINTABLE], [...CONTROL, ...NOT_TEXTS]),
  ...field('ambiguous', ['reject', 'first'], ['', 'last', 'First', ...NOT_TEXTS]),
  ...field('maxLength', [1, 2, 4095, 4096], [0, -1, 4097, 1.5, 1e300, ...NOT_NUMBERS]),
  ...field('lowercase', [true, false], [null, 0, 1, 'true', [], {}]),
  ...field('allow', [[''], ['a', 'a'], ['\0'], texts(1024)], [[], texts(1025), [1], ['a', null], [['a']]]),
  ...field('allow', [], [null, true, 1, 'a', { a: 'a' }]),
  ...field('mask', [0, 1, 64], [-1, 65, 0.5, ...NOT_NUMBERS]),
  ...field('maxDistinct', [1, 4096], [0, -1, 4097, 1.5, ...NOT_NUMBERS]),
  ...field('hash', [HASH], [{}, null, true, 1, 'hmac-sha256', [HASH], { algorithm: 'hmac-sha256' }]),
  ...field('hash', [], [{ keyEnv: 'KEY' }, { ...HASH, key: 'k' }]),
  ...['', 'md5', 'HMAC-SHA256', ...NOT_TEXTS].map(
    (algorithm): Edge => [
      `algorithm ${shown(algorithm)}`,
      attribute({ hash: { ...HASH, algorithm } }),
      false,
    ],
  ),
  ...['', ...NOT_TEXTS].map(
    (keyEnv): Edge => [`keyEnv ${shown(keyEnv)}`, attribute({ hash: { ...HASH, keyEnv } }), false],
  ),
  ...[8, 64, 7, 65, 8.5, -8, ...NOT_NUMBERS].map(
    (length): Edge => [
      `hash length ${shown(length)}`,
      attribute({ hash: { ...HASH, length } }),
      length === 8 || length === 64,
    ],
  ),
  ['hash and mask', attribute({ hash: HASH, mask: 4 }), false],
  ['hash and mask 0', attribute({ hash: HASH, mask: 0 }), false],
  // As numbers may be written.
  ...['4.0', '4e0', '40e-1', '4E+0', '4.000', '-0', '0e9', '6400e-2'].map(
    (number): Edge => [
      `mask ${number}`,
      `{"attributes":[{"key":"k","from":[{"header":"h"}],"mask":${number}}]}`,
      true,
    ],
  ),
  ...['4.5', '45e-1', '1e2', '65e0', '1e400', '-1e0', '1e-1'].map(
    (number): Edge => [
      `mask ${number}`,
      `{"attributes":[{"key":"k","from":[{"header":"h"}],"mask":${number}}]}`,
      false,
    ],
  ),
  ...oneOfEach.flatMap((name) =>
    source(
      [{ [name]: 'x' }, { [name]: name === 'header' ? ':path' : 'é a' }, { [name]: 'x'.repeat(5000) }],
      [
        ...['', ...NOT_TEXTS].map((value) => ({ [name]: value })),
        { [name]: 'x', [name === 'header' ? 'env' : 'header']: 'x' },
        { [name]: 'x', unknown: 'x' },
      ],
    ),
  ),
  ...source(
    [..."azAZ09!#$%&'*+-.^_`|~"].map((header) => ({ header })),
    ['é', ' ', 'x y', 'x\n', '::', 'x:', ...'\0\x1f"(),/;<=>?@[\\]{}\x7f'].map((header) => ({ header })),
  ),
  ...source(
    PRINTABLE.map((literal) => ({ literal })),
    CONTROL.map((literal) => ({ literal })),
  ),
  ...source(
    ['namespace', 'serviceAccount', 'trustDomain'].map((peer) => ({ peer })),
    ['', 'Namespace', 'cluster', ...NOT_TEXTS].map((peer) => ({ peer })),
  ),
  ...source(
    ['text', 'integer', 'number', 'boolean', 'timestamp', 'duration'].map((type) => ({
      type,
      property: 'p',
    })),
    ['', 'Text', 'string', ...NOT_TEXTS].map((type) => ({ property: 'p', type })),
  ),
  ...source(
    [],
    [
      { type: 'text' },
      { header: 'h', type: 'text' },
      { peer: 'namespace', path: '/{t}' },
      { peer: 'namespace', header: 'h' },
      { path: '/{t}', header: 'h' },
      { property: 'p', type: 'text', header: 'h' },
      { Header: 'h' },
      { property: 'p', '': 'text' },
    ],
  ),
];
