import { type Edge, edges, NOT_TEXTS } from './edge.ts';
import { attribute } from './known.ts';

const many = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));
const NOT_LISTS = [null, true, 1, 'text', {}, []];
const NOT_RECORDS = [null, true, 1, 'text', []];

/** Values of an attribute in a condition. */
const VALUES = ['v', 'é"\n', ['v'], ['v', 'v'], many(64, (i) => `v${i}`)];
const NOT_VALUES = [null, true, 1, '', [], [''], ['v', ''], [1], [null], ['v', ['v']], {}, { v: 'v' }];
const NOT_CONDITIONS = [...NOT_RECORDS, {}];
const when = { k: 'v' };

/** Beside an attribute `k` that they are about. */
const about = (fields: object): object => ({ ...attribute({}), ...fields });

export const ROOT_EDGES: readonly Edge[] = [
  ...edges(
    'trust',
    [{ identity: 'edge' }, { identity: 'mesh' }, { identity: 'mesh', peers: ['spiffe://td/**'] }],
    [...NOT_RECORDS, {}, { peers: ['spiffe://td'] }, { identity: 'edge', unknown: 1 }, { Identity: 'edge' }],
    (trust) => ({ trust }),
  ),
  ...edges('identity', [], ['', 'Edge', 'none', ...NOT_TEXTS], (identity) => ({ trust: { identity } })),
  ...edges(
    'peers',
    [many(64, (i) => `spiffe://td/${i}`)],
    [...NOT_LISTS, many(65, (i) => `spiffe://td/${i}`)],
    (peers) => ({ trust: { identity: 'edge', peers } }),
  ),
  ...edges(
    'peer',
    [
      ...[
        'spiffe://',
        'spiffe://*',
        'spiffe://**',
        'spiffe://td/ns/*/sa/*',
        'spiffe://a*b/*/',
        'spiffe://a/**',
      ],
      ...['spiffe://é\n', 'spiffe://*/*a*b*', 'spiffe://*/**'],
    ],
    [
      ...['', '*', '**', 'spiffe:/td', 'SPIFFE://td', ' spiffe://td', 'https://td', 'x\nspiffe://td'],
      ...['spiffe://**/a', 'spiffe://***', 'spiffe://**/**', 'spiffe://a/**\n', ...NOT_TEXTS],
    ],
    (peer) => ({ trust: { identity: 'edge', peers: [peer] } }),
  ),

  ...edges(
    'span names',
    [many(1000, (i) => `/${i}`), ['/a', 'GET /a', 'POST /a', '/{a}', '/**', '/a/**', '/']],
    [...NOT_LISTS, many(1001, (i) => `/${i}`), ['/a', '']],
    (spanName) => ({ spanName }),
  ),
  ...edges('key beside span names', ['Span_name', 'http.route2'], ['span_name', 'http.route'], (key) => ({
    attributes: [{ key, from: [{ header: 'h' }] }],
    spanName: ['/a'],
  })),
  ...edges('key beside sampling', ['Sampled', 'sampled.'], ['sampled'], (key) => ({
    attributes: [
      { key: 'k', from: [{ header: 'h' }] },
      { key, from: [{ header: 'h' }] },
    ],
    sampling: { always: [{ when }] },
  })),
  ...edges('key beside trust', ['trust', 'user.trusted', 'xtrust'], ['user.trust', '.trust'], (key) => ({
    attributes: [{ key, from: [{ header: 'h' }] }],
    trust: { identity: 'edge' },
  })),
  ...edges('key by itself', ['span_name', 'http.route', 'sampled', 'user.trust'], [], (key) =>
    attribute({ key }),
  ),

  ...edges(
    'sampling',
    [{ always: [{ when }] }, { always: many(64, () => ({ when })), header: 'x' }],
    [
      ...[...NOT_RECORDS, {}, { header: 'x' }, { always: [{ when }], unknown: 1 }],
      ...[...NOT_LISTS, many(65, () => ({ when }))].map((always) => ({ always })),
    ],
    (sampling) => about({ sampling }),
  ),
  ...edges('marker', ['X-Sample', 'x'], ['', ':path', 'host', 'a b', ...NOT_TEXTS], (header) =>
    about({ sampling: { always: [{ when }], header } }),
  ),
  ...edges('rule', [{ when }], [...NOT_RECORDS, {}, { when, logLevel: 'info' }, { When: when }], (rule) =>
    about({ sampling: { always: [rule] } }),
  ),
  ...edges('when', [when], NOT_CONDITIONS, (condition) =>
    about({ sampling: { always: [{ when: condition }] } }),
  ),
  ...edges('value', VALUES, [...NOT_VALUES, many(65, (i) => `v${i}`)], (value) =>
    about({ sampling: { always: [{ when: { k: value } }] } }),
  ),
  ...edges(
    'of the default attributes',
    [{ 'user.id': 'a', 'tenant.id': ['b'], cluster: 'c' }],
    [],
    (condition) => ({
      sampling: { always: [{ when: condition }] },
    }),
  ),

  ...edges(
    'debug rules',
    [many(64, () => ({ when }))],
    [...NOT_LISTS, many(65, () => ({ when }))],
    (debugWhen) => about({ debugWhen }),
  ),
  ...edges(
    'debug rule',
    ['trace', 'debug', 'info', 'warn', 'error'].map((logLevel) => ({ when, logLevel })),
    [
      ...[...NOT_RECORDS, {}, { logLevel: 'info' }, { when, header: 'x' }],
      ...['', 'Info', 'critical', ...NOT_TEXTS].map((logLevel) => ({ when, logLevel })),
      ...NOT_CONDITIONS.map((condition) => ({ when: condition })),
      ...NOT_VALUES.map((value) => ({ when: { k: value } })),
    ],
    (rule) => about({ debugWhen: [rule] }),
  ),

  ...edges(
    'trace id',
    [{ responseHeader: 'x-trace-id' }, { responseHeader: 'Server-Timing' }],
    [
      ...[...NOT_RECORDS, {}, { responseHeader: 'x', unknown: 1 }, { header: 'x' }],
      ...['', ':status', 'upgrade', 'a b', ...NOT_TEXTS].map((responseHeader) => ({ responseHeader })),
    ],
    (traceId) => ({ traceId }),
  ),
];
