/** Upstreams that break off, talk nonsense, answer late, or are to be asked again. */
import type { Case } from '../callers/caller.ts';
import { Connection, exchange, request } from '../callers/http1.ts';
import type { ListenerName } from '../listeners.ts';

interface Trouble {
  readonly what: string;
  readonly path: string;
  readonly status: number;
  readonly listener?: ListenerName;
  readonly body?: string;
  readonly spans?: number;
}

const TROUBLES: readonly Trouble[] = [
  { what: 'nothing listens', path: '/down/echo', status: 503 },
  { what: 'a reset before the head', path: '/rude/reset-at-once', status: 503 },
  {
    what: 'a reset before the head, of a request with a body',
    path: '/rude/reset-at-once',
    body: 'b',
    status: 503,
  },
  { what: 'an end before the head', path: '/rude/end-at-once', status: 503 },
  { what: 'an end in the head', path: '/rude/end-in-head', status: 502 },
  { what: 'an end in the body', path: '/rude/end-in-body', status: 200 },
  { what: 'an end in a chunk', path: '/rude/end-in-chunk', status: 200 },
  { what: 'an answer that is no HTTP', path: '/rude/garbage', status: 502 },
  { what: 'a status that is no number', path: '/rude/bad-status', status: 502 },
  { what: 'a negative length', path: '/rude/bad-length', status: 502 },
  { what: 'two lengths', path: '/rude/two-lengths', status: 502 },
  { what: 'a chunk length that is no number', path: '/rude/bad-chunk', status: 200 },
  { what: 'a header with a blank in its name', path: '/rude/bad-header', status: 502 },
  { what: 'a header that is not UTF-8', path: '/rude/not-utf-8', status: 200 },
  { what: 'more bytes than its length', path: '/rude/too-long', status: 200 },
  { what: 'a body without a length', path: '/rude/no-length', status: 200 },
  { what: '150 headers', path: '/rude/many-headers', status: 502 },
  { what: 'a header of 90 KB', path: '/rude/long-header', status: 502 },
  { what: 'no answer within the timeout', path: '/timeout/hold', status: 504 },
  { what: 'half an answer within the timeout', path: '/timeout/stalling', status: 200 },
  { what: 'no answer while idle', path: '/idle-timeout/hold', status: 504 },
  { what: 'half an answer, then idle', path: '/idle-timeout/stalling', status: 200 },
  { what: 'an idle stream of the listener', listener: 'strict', path: '/honest/hold', status: 504 },
  { what: 'two failures, retried', path: '/retry/flaky', status: 200, spans: 4 },
  {
    what: 'two failures, retried with a body',
    path: '/retry/flaky',
    body: 'b'.repeat(900),
    status: 200,
    spans: 4,
  },
  {
    what: 'a failure with a body beyond the retry buffer',
    listener: 'strict',
    path: '/retry/flaky',
    body: 'b'.repeat(200_000),
    status: 503,
  },
  { what: 'nothing but failures', path: '/retry/failing', status: 503, spans: 4 },
  { what: 'three tries that each take too long', path: '/retry-timeout/hold', status: 504, spans: 4 },
  { what: 'three resets', path: '/retry-rude/reset-at-once', status: 503, spans: 4 },
  { what: 'three times nothing that listens', path: '/retry-down/echo', status: 503, spans: 4 },
  { what: 'an internal redirect', path: '/redirect/redirecting', status: 200, spans: 2 },
  {
    what: 'an internal redirect with a body',
    path: '/redirect/redirecting',
    body: 'b',
    status: 200,
    spans: 2,
  },
  { what: 'more internal redirects than allowed', path: '/redirect/circling', status: 302, spans: 2 },
  { what: "a redirect that is the caller's to follow", path: '/honest/redirecting', status: 302 },
];

const table: readonly Case[] = TROUBLES.map(
  ({ what, path, status, listener = 'plain', body = '', spans = 2 }) => ({
    what,
    listener,
    statuses: [status],
    spans,
    act: (caller) => exchange(caller, request(caller, `${body === '' ? 'GET' : 'POST'} ${path}`, { body })),
  }),
);

export const upstreams: readonly Case[] = [
  ...table,
  {
    what: 'a reset in the body',
    listener: 'plain',
    statuses: [200],
    spans: 2,
    act: async (caller) => {
      const connection = await Connection.open(caller.port);
      connection.send(request(caller, 'GET /rude/reset-in-body'));
      // What has come before the reset is in the caller's hands: nothing of it is in a race.
      await connection.until('r'.repeat(1000));
      caller.rude.reset(caller.traceId);
      return connection.seen();
    },
  },
];
