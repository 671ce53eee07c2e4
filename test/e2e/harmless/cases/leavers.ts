/** Callers that leave, at each phase of a request: HTTP/1 by TCP reset and by end, HTTP/2 by stream reset. */
import type { Caller, Case } from '../callers/caller.ts';
import { Connection, IDENTITY, request } from '../callers/http1.ts';
import { call, cancel, firstBytes } from '../callers/http2.ts';

/** Where the caller leaves. */
interface Phase {
  readonly what: string;
  /** What is sent, and the upstream event or the text from Envoy after which the caller leaves. */
  readonly bytes: (caller: Caller) => string;
  readonly after: { readonly upstream: string } | { readonly answer: string } | 'read';
  readonly statuses?: readonly number[];
  readonly spans?: number;
}

const TO_COME = { headers: [...IDENTITY, 'content-length: 100'] };

const PHASES: readonly Phase[] = [
  { what: 'with no byte sent', bytes: () => '', after: 'read', spans: 0 },
  {
    what: 'in the middle of the head',
    bytes: (caller) => request(caller, 'GET /honest/echo').slice(0, 60),
    after: 'read',
    spans: 0,
  },
  {
    what: 'after the head',
    bytes: (caller) => request(caller, 'POST /honest/echo', TO_COME),
    after: { upstream: 'headers' },
  },
  {
    what: 'in the middle of the body',
    bytes: (caller) => `${request(caller, 'POST /honest/echo', TO_COME)}${'b'.repeat(50)}`,
    after: { upstream: 'some body' },
  },
  {
    what: 'while the upstream thinks',
    bytes: (caller) => request(caller, 'POST /honest/hold', { body: 'body' }),
    after: { upstream: 'body of 4' },
  },
  {
    what: 'in the middle of the answer',
    bytes: (caller) => request(caller, 'GET /honest/stalling'),
    after: { answer: 's'.repeat(1000) },
    statuses: [200],
  },
];

const http1: readonly Case[] = PHASES.flatMap(({ what, bytes, after, statuses = [], spans = 2 }) =>
  (['reset', 'end'] as const).map(
    (how): Case => ({
      what: `HTTP/1, ${what}, by ${how === 'reset' ? 'a reset' : 'an end'}`,
      listener: 'plain',
      statuses,
      spans,
      act: async (caller) => {
        const before = await caller.bytesRead();
        const connection = await Connection.open(caller.port);
        const sent = bytes(caller);
        if (sent !== '') connection.send(sent);
        if (after === 'read') await caller.hasRead(before + sent.length);
        else if ('upstream' in after) await caller.journal.until(caller.traceId, after.upstream);
        else await connection.until(after.answer);
        connection.leave(how);
        return connection.seen();
      },
    }),
  ),
);

const BODY = [Buffer.from('some')];

const http2: readonly Case[] = [
  {
    what: 'HTTP/2, after the head',
    listener: 'plain',
    statuses: [0],
    spans: 2,
    act: (caller) =>
      call(caller, {
        method: 'POST',
        path: '/http2/echo',
        meanwhile: async (stream) => {
          await caller.journal.until(caller.traceId, 'headers');
          cancel(stream);
        },
      }),
  },
  {
    what: 'HTTP/2, in the middle of the body',
    listener: 'plain',
    statuses: [0],
    spans: 2,
    act: (caller) =>
      call(caller, {
        method: 'POST',
        path: '/http2/echo',
        body: BODY,
        meanwhile: async (stream) => {
          await caller.journal.until(caller.traceId, 'some body');
          cancel(stream);
        },
      }),
  },
  {
    what: 'HTTP/2, while the upstream thinks',
    listener: 'plain',
    statuses: [0],
    spans: 2,
    act: (caller) =>
      call(caller, {
        method: 'POST',
        path: '/http2/hold',
        body: BODY,
        meanwhile: async (stream) => {
          stream.end();
          await caller.journal.until(caller.traceId, 'body of 4');
          cancel(stream);
        },
      }),
  },
  {
    what: 'HTTP/2, in the middle of the answer',
    listener: 'plain',
    statuses: [200],
    spans: 2,
    act: (caller) =>
      call(caller, {
        path: '/http2/stalling',
        meanwhile: async (stream) => {
          stream.end();
          await firstBytes(stream);
          cancel(stream);
        },
      }),
  },
];

export const leavers: readonly Case[] = [...http1, ...http2];
