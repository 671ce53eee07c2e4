/** HTTP/1 beyond one request and one answer: bodies, 100-continue, HEAD, pipelines, what follows an error. */
import type { Caller, Case } from '../callers/caller.ts';
import { Connection, exchange, IDENTITY, type RequestOptions, request } from '../callers/http1.ts';
import { BUFFER_BYTES, type ListenerName } from '../listeners.ts';

/** The connection stays open: the next request is on it. */
const KEEP: RequestOptions = { headers: IDENTITY };
const CLOSE = 'connection: close';
const CHUNKED = [...IDENTITY, CLOSE, 'transfer-encoding: chunked'];
const EXPECT = [...IDENTITY, CLOSE, 'expect: 100-continue', 'content-length: 4'];

interface Exchange {
  readonly what: string;
  readonly bytes: (caller: Caller) => string;
  readonly statuses: readonly number[];
  readonly methods?: readonly string[];
  readonly listener?: ListenerName;
  readonly spans?: number;
  readonly unseen?: boolean;
}

const POST = 'POST /honest/echo';

const EXCHANGES: readonly Exchange[] = [
  { what: 'a body', bytes: (caller) => request(caller, POST, { body: 'body' }), statuses: [200] },
  {
    what: 'a body of 1 MiB through a small buffer',
    listener: 'strict',
    bytes: (caller) => request(caller, POST, { body: 'm'.repeat(1024 * 1024) }),
    statuses: [200],
  },
  {
    what: 'chunks and trailers, an identity among them',
    bytes: (caller) =>
      `${request(caller, POST, { headers: CHUNKED })}3\r\nabc\r\n0\r\nx-user-id: mallory\r\nx-sum: 42\r\n\r\n`,
    statuses: [200],
  },
  {
    what: 'chunks with trailers where those are dropped',
    listener: 'large',
    bytes: (caller) => `${request(caller, POST, { headers: CHUNKED })}3\r\nabc\r\n0\r\nx-sum: 42\r\n\r\n`,
    statuses: [200],
  },
  {
    what: 'a chunk length that is no number',
    bytes: (caller) => `${request(caller, POST, { headers: CHUNKED })}zz\r\n`,
    statuses: [400],
  },
  {
    what: 'a body as a direct answer does not want it',
    bytes: (caller) => request(caller, 'POST /direct', { body: 'b'.repeat(100) }),
    statuses: [200],
    spans: 1,
  },
  ...(['buffer-after', 'buffer-before'] as const).flatMap((listener): Exchange[] => [
    {
      what: `${listener}: a body that the buffer filter takes`,
      listener,
      bytes: (caller) => request(caller, POST, { body: 'b'.repeat(BUFFER_BYTES) }),
      statuses: [200],
    },
    {
      what: `${listener}: 413, a body beyond the buffer filter's limit`,
      listener,
      bytes: (caller) => request(caller, POST, { body: 'b'.repeat(BUFFER_BYTES + 1) }),
      statuses: [413],
      spans: 1,
      unseen: listener === 'buffer-before',
    },
    {
      what: `${listener}: 413 in chunks`,
      listener,
      bytes: (caller) => {
        const chunk = `258\r\n${'c'.repeat(600)}\r\n`;
        return `${request(caller, POST, { headers: CHUNKED })}${chunk}${chunk}0\r\n\r\n`;
      },
      statuses: [413],
      spans: 1,
      unseen: listener === 'buffer-before',
    },
  ]),
  {
    what: 'HEAD',
    bytes: (caller) => request(caller, 'HEAD /honest/echo'),
    methods: ['HEAD'],
    statuses: [200],
  },
  {
    what: 'HEAD of a direct answer',
    bytes: (caller) => request(caller, 'HEAD /direct'),
    methods: ['HEAD'],
    statuses: [200],
    spans: 1,
  },
  {
    what: '103 before the answer',
    bytes: (caller) => request(caller, 'GET /honest/hinting'),
    statuses: [200],
  },
  {
    what: 'four requests in one packet',
    bytes: (caller) =>
      request(caller, 'GET /honest/echo?1', KEEP) +
      request(caller, 'HEAD /honest/echo?2', KEEP) +
      request(caller, POST, { ...KEEP, body: 'third' }) +
      request(caller, 'GET /honest/echo?4'),
    methods: ['GET', 'HEAD', 'POST', 'GET'],
    statuses: [200, 200, 200, 200],
    spans: 8,
  },
  {
    what: 'three requests in one packet, the second without a route, after which Envoy closes',
    bytes: (caller) =>
      request(caller, 'GET /honest/echo?1', KEEP) +
      request(caller, 'GET /nowhere', KEEP) +
      request(caller, 'GET /honest/echo?3', KEEP),
    statuses: [200, 404],
    spans: 3,
  },
  {
    what: 'a good request and then no HTTP, in one packet',
    bytes: (caller) => `${request(caller, 'GET /direct', KEEP)}no HTTP at all\r\n\r\n`,
    statuses: [200, 400],
    spans: 1,
  },
];

const table: readonly Case[] = EXCHANGES.map(
  ({ what, bytes, statuses, methods, listener = 'plain', spans = 2, unseen = false }) => ({
    what,
    listener,
    statuses,
    spans,
    unseen,
    act: (caller) => exchange(caller, bytes(caller), methods),
  }),
);

/** An answer without its connection's end, and then one more request on it. */
const ERRORS = [
  { what: '404', line: 'GET /nowhere', status: 404, spans: 3 },
  { what: '503, nothing listens', line: 'GET /down/echo', status: 503, spans: 4 },
  { what: '503, a reset upstream', line: 'GET /rude/reset-at-once', status: 503, spans: 4 },
  { what: '502, no HTTP upstream', line: 'GET /rude/garbage', status: 502, spans: 4 },
  { what: '504', line: 'GET /timeout/hold', status: 504, spans: 4 },
] as const;

const afterErrors: readonly Case[] = ERRORS.map(({ what, line, status, spans }) => ({
  what: `a request on the connection that had ${what}`,
  listener: 'plain',
  statuses: [status, 200],
  spans,
  act: async (caller) => {
    const connection = await Connection.open(caller.port);
    connection.send(request(caller, line, KEEP));
    await connection.until(`HTTP/1.1 ${status}`);
    connection.send(request(caller, 'GET /honest/echo'));
    return connection.seen();
  },
}));

/** In `plain` Envoy itself says 100; in `large` the upstream does. */
const continues: readonly Case[] = (['plain', 'large'] as const).map((listener) => ({
  what: `100-continue, ${listener}`,
  listener,
  statuses: [100, 200],
  spans: 2,
  act: async (caller) => {
    const connection = await Connection.open(caller.port);
    connection.send(request(caller, POST, { headers: EXPECT }));
    await connection.until('100 Continue\r\n\r\n');
    connection.send('body');
    return connection.seen();
  },
}));

const waits: readonly Case[] = [
  {
    what: 'a body that does not come to its end in time',
    listener: 'strict',
    statuses: [408],
    spans: 2,
    act: (caller) =>
      exchange(caller, request(caller, POST, { headers: [...IDENTITY, CLOSE, 'content-length: 9'] })),
  },
  {
    what: 'an answer before the body is there, 1 MiB of which follows',
    listener: 'plain',
    statuses: [403],
    spans: 2,
    act: async (caller) => {
      const connection = await Connection.open(caller.port);
      connection.send(request(caller, 'POST /honest/early', { headers: CHUNKED }));
      await connection.until('early');
      return connection.seen();
    },
  },
];

export const connections: readonly Case[] = [...table, ...afterErrors, ...continues, ...waits];
