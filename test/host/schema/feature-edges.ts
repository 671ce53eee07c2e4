import { type Edge, edges, field, NOT_TEXTS, source } from './edge.ts';
import { attribute } from './known.ts';

/** Header names that an attribute may be written to, and such as it may not. */
const WRITABLE = [
  'x',
  'X-Tenant',
  'authorization',
  "!#$%&'*+-.^_`|~09",
  'hosts',
  'content-lengths',
  'x-host',
];
const NOT_WRITABLE = [
  ...['', ':path', ':x', 'x y', 'x\n', 'é', 'x:', 'x,y', ...NOT_TEXTS],
  ...['connection', 'content-length', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...[
    'transfer-encoding',
    'upgrade',
    'Host',
    'HOST',
    'Transfer-Encoding',
    'tE',
    'CONTENT-length',
    'Keep-Alive',
  ],
  ...[
    'CONNECTION',
    'UPGRADE',
    'TRAILER',
    'Proxy-Connection',
    'TRANSFER-ENCODING',
    'KEEP-ALIVE',
    'PROXY-CONNECTION',
  ],
];
const NOT_FLAGS = [null, 0, 1, 'true', [], {}];
const TYPES = ['text', 'integer', 'number', 'boolean', 'timestamp', 'duration'];

/** Sources that are read in the response phase. */
const OF_RESPONSE = [
  ...[{ responseHeader: 'x' }, { responseCode: true }, { flags: true }, { duration: true }],
  ...[{ property: 'response.code' }, { property: 'upstream.address' }],
];
const OF_REQUEST = [
  { property: 'responses.a' },
  { property: 'xresponse.a' },
  { property: 'upstream' },
  { header: 'response.x' },
];
const behind = (response: object): object => ({ from: [{ header: 'h' }, response, { literal: 'l' }] });

/** What came to the filter's configuration beside sources and rules of the request. */
export const FEATURE_EDGES: readonly Edge[] = [
  ...field('identity', [true, false], NOT_FLAGS),
  ...field(
    'to',
    [
      ...[
        { baggage: true },
        { baggage: 'm' },
        { metric: true },
        { header: 'x', metric: false, baggage: false },
      ],
      ...[
        { responseHeader: 'x', header: 'y', baggage: "!#$%&'*+-.^_`|~", metric: true },
        { baggage: 'host' },
      ],
    ],
    [
      ...[
        {},
        { metric: false },
        { baggage: false },
        { metric: false, baggage: false },
        { header: 'x', unknown: 1 },
      ],
      ...[null, true, 'header', [{ header: 'x' }], { Header: 'x' }],
      ...NOT_FLAGS.map((metric) => ({ header: 'x', metric })),
      ...[null, 1, '', 'a b', 'é', 'a=', ['a'], {}].map((baggage) => ({ header: 'x', baggage })),
    ],
  ),
  ...['header', 'responseHeader'].flatMap((target) =>
    edges(`to.${target}:`, WRITABLE, NOT_WRITABLE, (name) => attribute({ to: { [target]: name } })),
  ),

  ...source(
    [
      ...['sub', 'a.b', 'aud.0', 'é a', '\n', ['sub'], ['a.b', 'c'], ['https://x/y'], ['.']].map((jwt) => ({
        jwt,
      })),
      ...TYPES.map((type) => ({ jwt: 'sub', type })),
      ...[
        { jwt: 'a', payloadInMetadata: 'é', type: 'text' },
        { jwt: 'a', unverified: true },
      ],
      { jwt: ['a'], unverified: false, type: 'number', payloadInMetadata: 'p' },
    ],
    [
      ...['', '.', 'a.', '.a', 'a..b', [], [''], ['a', ''], ['a', 1], [null], null, true, 1, {}].map(
        (jwt) => ({ jwt }),
      ),
      ...[null, 1, '', 'string', []].map((type) => ({ jwt: 'a', type })),
      ...['', null, 1, []].map((payloadInMetadata) => ({ jwt: 'a', payloadInMetadata })),
      ...NOT_FLAGS.map((unverified) => ({ jwt: 'a', unverified })),
      ...[
        { jwt: 'a', unverified: true, type: 'text' },
        { jwt: 'a', unverified: true, payloadInMetadata: 'p' },
      ],
      ...[
        { unverified: true },
        { payloadInMetadata: 'p' },
        { jwt: 'a', header: 'h' },
        { jwt: 'a', property: 'p' },
      ],
      ...[
        { header: 'h', unverified: false },
        { property: 'p', payloadInMetadata: 'p' },
        { property: 'p', unverified: false },
      ],
    ],
  ),
  ...source(
    [
      ...OF_RESPONSE,
      { responseHeader: "!#$%&'*+-.^_`|~azAZ09" },
      { property: 'response.size', type: 'integer' },
    ],
    [
      ...['', ':status', 'x y', 'é', ...NOT_TEXTS].map((responseHeader) => ({ responseHeader })),
      ...['responseCode', 'flags', 'duration'].flatMap((fact) =>
        [false, ...NOT_FLAGS].map((value) => ({ [fact]: value })),
      ),
      ...[
        { responseCode: true, flags: true },
        { duration: true, type: 'duration' },
        { responseHeader: 'x', header: 'x' },
      ],
    ],
  ),
  ...OF_RESPONSE.flatMap((response): Edge[] => [
    [`behind a header ${JSON.stringify(response)}`, attribute(behind(response)), true],
    [
      `too late for a header ${JSON.stringify(response)}`,
      attribute({ ...behind(response), to: { header: 'x' } }),
      false,
    ],
    [
      `too late for baggage ${JSON.stringify(response)}`,
      attribute({ ...behind(response), to: { baggage: true } }),
      false,
    ],
    [
      `too late for a member ${JSON.stringify(response)}`,
      attribute({ ...behind(response), to: { baggage: 'm' } }),
      false,
    ],
    [
      `too late for output ${JSON.stringify(response)}`,
      { ...attribute(behind(response)), output: 'header' },
      false,
    ],
    [
      `in time ${JSON.stringify(response)}`,
      {
        ...attribute({ ...behind(response), to: { responseHeader: 'x', metric: true, baggage: false } }),
        output: 'filterState',
      },
      true,
    ],
  ]),
  ...OF_REQUEST.map(
    (request): Edge => [
      `of the request ${JSON.stringify(request)}`,
      { ...attribute({ from: [request], to: { header: 'x', baggage: true } }), output: 'header' },
      true,
    ],
  ),

  ...edges('output', ['filterState', 'header'], ['', 'headers', 'Header', ...NOT_TEXTS], (output) => ({
    output,
  })),
  ...edges('strict', [true, false], NOT_FLAGS, (strict) => ({ strict })),
];
