/** HTTP/2 with prior knowledge, and gRPC on it. */
import type { Case } from '../callers/caller.ts';
import { grpcMessage } from '../callers/grpc.ts';
import { type Call, call, cancel, endAfterFirstBytes, firstBytes, IDENTITY } from '../callers/http2.ts';
import type { ListenerName } from '../listeners.ts';

interface Http2Call extends Call {
  readonly what: string;
  readonly status: number;
  readonly listener?: ListenerName;
  readonly spans?: number;
  readonly unseen?: boolean;
}

const KB = 1024;
const GRPC = { ...IDENTITY, 'content-type': 'application/grpc', te: 'trailers' };
const MESSAGE = grpcMessage('one');

const CALLS: readonly Http2Call[] = [
  { what: 'GET', path: '/http2/echo', status: 200 },
  { what: 'GET of an HTTP/1 service', path: '/honest/echo', status: 200 },
  { what: 'GET of an HTTP/1 service with trailers', path: '/honest/trailing', status: 200 },
  { what: 'HEAD', method: 'HEAD', path: '/honest/echo', status: 200 },
  { what: 'a body', method: 'POST', path: '/http2/echo', body: [Buffer.from('body')], status: 200 },
  {
    what: 'a body and trailers, an identity among them',
    method: 'POST',
    path: '/http2/echo',
    body: [Buffer.from('body')],
    trailers: { 'x-user-id': 'mallory', 'x-sum': '42' },
    status: 200,
  },
  {
    what: 'trailers without a body',
    method: 'POST',
    path: '/http2/echo',
    trailers: { 'x-sum': '0' },
    status: 200,
  },
  {
    what: 'a repeated identity header',
    path: '/http2/echo',
    headers: { 'x-user-id': ['alice', 'mallory'] },
    status: 200,
  },
  {
    what: 'an identity header that is not UTF-8',
    path: '/http2/echo',
    headers: { 'x-user-id': 'b\xfcller', 'x-tenant-id': '' },
    status: 200,
  },
  {
    what: 'headers of 500 KB, an identity of 60 KB among them',
    listener: 'large',
    path: '/honest/echo',
    headers: {
      'x-user-id': long(),
      ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`x-long-${i}`, long()])),
    },
    status: 200,
  },
  { what: 'no route', path: '/nowhere', status: 404, spans: 1 },
  { what: 'a direct answer', path: '/direct', status: 200, spans: 1 },
  { what: 'CONNECT, refused', method: 'CONNECT', path: '', status: 404, spans: 1 },
  { what: 'a stream that the upstream resets', path: '/http2/reset-at-once', status: 503 },
  {
    what: 'a stream that the upstream resets in the middle of the body',
    method: 'POST',
    path: '/http2/reset-in-body',
    body: [Buffer.from('body')],
    meanwhile: endAfterFirstBytes,
    status: 200,
  },
  { what: 'an HTTP/1 upstream that ends in the body', path: '/rude/end-in-body', status: 200 },
  { what: 'no answer within the timeout', path: '/timeout/hold', status: 504 },
  {
    what: '413',
    listener: 'buffer-after',
    method: 'POST',
    path: '/http2/echo',
    body: [Buffer.alloc(1001)],
    meanwhile: moreToCome,
    status: 413,
    spans: 1,
  },
  grpc('unary', '/shop.Stock/Unary'),
  grpc('a stream of three and trailers', '/shop.Stock/Watch'),
  grpc('messages both ways', '/shop.Stock/Chat', {
    meanwhile: async (stream) => {
      await firstBytes(stream);
      stream.write(grpcMessage('two'));
      await endAfterFirstBytes(stream);
    },
  }),
  grpc('a refusal in the head', '/shop.Stock/Refuse'),
  grpc('a failure in the trailers', '/shop.Stock/Fail'),
  grpc('no route', '/shop.Nowhere/Unary', { spans: 1 }),
  grpc('nothing listens', '/shop.Gone/Unary'),
  grpc('a message beyond the buffer', '/shop.Stock/Unary', {
    listener: 'buffer-before',
    body: [grpcMessage('x'.repeat(2000))],
    meanwhile: moreToCome,
    spans: 1,
    unseen: true,
  }),
  grpc('the deadline passes', '/shop.Stock/hold', { headers: { ...GRPC, 'grpc-timeout': '100m' } }),
  grpc('a stream without end, which the caller ends', '/shop.Stock/Forever', {
    meanwhile: async (stream) => {
      stream.end();
      await firstBytes(stream);
      cancel(stream);
    },
  }),
];

/** Envoy's buffer filter does not count a body that comes with its end in one frame: the end is left out. */
async function moreToCome(): Promise<void> {}

/** The longest header that Node's HTTP/2 (nghttp2) sends is 64 KB. */
function long(): string {
  return 'l'.repeat(60 * KB);
}

function grpc(what: string, path: string, more: Partial<Http2Call> = {}): Http2Call {
  return {
    what: `gRPC, ${what}`,
    method: 'POST',
    path,
    headers: GRPC,
    body: [MESSAGE],
    status: 200,
    ...more,
  };
}

export const http2: readonly Case[] = CALLS.map(
  ({ what, status, listener = 'plain', spans = 2, unseen = false, ...options }) => ({
    what,
    listener,
    statuses: [status],
    spans,
    unseen,
    act: (caller) => call(caller, options),
  }),
);
