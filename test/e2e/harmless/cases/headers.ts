/** Request heads of HTTP/1 that are long, many, repeated, not text, or no HTTP. */
import type { Case } from '../callers/caller.ts';
import { exchange, IDENTITY, type RequestOptions, request } from '../callers/http1.ts';
import type { ListenerName } from '../listeners.ts';

const KB = 1024;
const CLOSE = 'connection: close';

interface Head extends RequestOptions {
  readonly what: string;
  readonly status: number;
  readonly line?: string;
  readonly listener?: ListenerName;
  readonly spans?: number;
}

const HEADS: readonly Head[] = [
  { what: 'a plain request', status: 200 },
  { what: 'a header of 58 KB, below the limit of 60', headers: [long(58 * KB)], status: 200 },
  { what: 'an identity header of 58 KB', headers: [long(58 * KB, 'x-user-id')], status: 200 },
  { what: 'a header of 60 KB, beyond the limit', headers: [long(60 * KB)], status: 431, spans: 0 },
  { what: 'a header of 500 KB', listener: 'large', headers: [long(500 * KB)], status: 200 },
  {
    what: 'an identity header of 500 KB',
    listener: 'large',
    headers: [long(500 * KB, 'x-user-id')],
    status: 200,
  },
  { what: 'a header of 2 MB', listener: 'large', headers: [long(2048 * KB)], status: 200 },
  {
    what: 'an identity header of 2 MB',
    listener: 'large',
    headers: [long(2048 * KB, 'x-tenant-id')],
    status: 200,
  },
  { what: 'a path of 50 KB', line: `GET /honest/echo?q=${'q'.repeat(50 * KB)}`, status: 200 },
  { what: '100 headers', headers: many(100 - 3), status: 200 },
  { what: '101 headers', headers: many(101 - 3), status: 431, spans: 0 },
  { what: '900 headers', listener: 'large', headers: many(900), status: 200 },
  { what: '1,001 headers', listener: 'large', headers: many(1001 - 3), status: 431, spans: 0 },
  { what: '90 times the identity header', headers: Array<string>(90).fill('x-user-id: eve'), status: 200 },
  { what: 'a repeated identity header', headers: [...IDENTITY, 'x-user-id: mallory'], status: 200 },
  {
    what: 'a repeated identity header, the first one empty',
    headers: ['x-user-id:', ...IDENTITY],
    status: 200,
  },
  { what: 'invalid UTF-8 in identity headers', headers: identity('b\xfcller', '\xc3\x28\xff'), status: 200 },
  { what: 'UTF-8 that is cut short', headers: identity('\xe2\x82', '\xf0\x9f\x98'), status: 200 },
  { what: 'every byte that a value may have', headers: identity(bytes(0x20, 0xff), 'a\tb'), status: 200 },
  { what: 'empty identity headers', headers: identity('', ''), status: 200 },
  { what: 'identity headers of blanks', headers: identity('   ', '\t'), status: 200 },
  { what: 'names in odd case', headers: ['X-UsEr-iD: alice', 'X-TENANT-ID: acme'], status: 200 },
  { what: 'a broken traceparent beside ours', headers: ['traceparent: 00-zz'], status: 200, spans: 0 },
  { what: 'a NUL in an identity header', headers: identity('a\0b', 'acme'), status: 400, spans: 0 },
  { what: 'a blank in a name', headers: ['x-user id: alice'], status: 400, spans: 0 },
  { what: 'a blank before the colon', headers: ['x-user-id : alice'], status: 400, spans: 0 },
  { what: 'an empty name', headers: [': alice'], status: 400, spans: 0 },
  { what: 'a line without a colon', headers: ['x-user-id'], status: 400, spans: 0 },
  { what: 'two lengths', headers: ['content-length: 1', 'content-length: 2'], status: 400, spans: 0 },
  {
    what: 'a length and chunks',
    headers: ['content-length: 1', 'transfer-encoding: chunked'],
    status: 400,
    spans: 0,
  },
  { what: 'a request line of one word', line: 'GET', version: '', status: 400, spans: 0 },
  { what: 'a method that no one knows', line: 'BREW /honest/echo', status: 400, spans: 0 },
  { what: 'a method with a NUL', line: 'G\0T /honest/echo', status: 400, spans: 0 },
  { what: 'a path without a slash', line: 'GET honest', status: 400, spans: 0 },
  { what: 'HTTP/9.9', version: 'HTTP/9.9', status: 200 },
  { what: 'HTTP/1.0', version: 'HTTP/1.0', headers: IDENTITY, status: 200 },
  { what: 'HTTP/1.0 where it is refused', listener: 'large', version: 'HTTP/1.0', status: 426, spans: 0 },
  { what: 'an absolute address', line: 'GET http://shop.test/honest/echo', status: 200 },
  { what: 'CONNECT, refused', line: 'CONNECT shop.test:443', status: 404, spans: 1 },
  { what: 'no route', line: 'GET /nowhere', status: 404, spans: 1 },
  { what: 'a direct answer', line: 'GET /direct', status: 200, spans: 1 },
  { what: 'a redirect of the route', line: 'GET /moved', status: 301, spans: 1 },
  { what: '204 of the service', line: 'GET /honest/no-content', status: 204 },
  { what: '304 of the service', line: 'GET /honest/not-modified', status: 304 },
  { what: 'an answer of 1 MiB', line: 'GET /honest/megabyte', status: 200 },
  {
    what: 'an answer of 1 MiB through a small buffer',
    listener: 'strict',
    line: 'GET /honest/megabyte',
    status: 200,
  },
  { what: 'an answer with trailers', line: 'GET /honest/trailing', status: 200 },
];

export const headers: readonly Case[] = HEADS.map((head) => ({
  what: head.what,
  listener: head.listener ?? 'plain',
  statuses: [head.status],
  spans: head.spans ?? 2,
  act: (caller) => {
    const { line = 'GET /honest/echo', headers = IDENTITY, version = 'HTTP/1.1' } = head;
    const options = { version, headers: version === 'HTTP/1.0' ? headers : [...headers, CLOSE] };
    return exchange(caller, request(caller, line, options));
  },
}));

function long(bytes: number, name = 'x-long'): string {
  return `${name}: ${'l'.repeat(bytes)}`;
}

/** Headers beside the three that each request has: host, traceparent, connection. */
function many(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `x-many-${i}: ${i}`);
}

function identity(user: string, tenant: string): string[] {
  return [`x-user-id: ${user}`, `x-tenant-id: ${tenant}`];
}

/** Bytes as text, without DEL, which is not allowed. */
function bytes(from: number, to: number): string {
  const codes = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  return String.fromCharCode(...codes.filter((code) => code !== 0x7f));
}
