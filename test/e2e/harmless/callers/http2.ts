/** HTTP/2 with prior knowledge (h2c): one call on a connection of its own. */
import { type ClientHttp2Stream, connect, constants, type OutgoingHttpHeaders } from 'node:http2';
import { type Caller, type Seen, shown } from './caller.ts';

export interface Call {
  readonly path: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: readonly Buffer[];
  readonly trailers?: OutgoingHttpHeaders;
  /** Done once the request's head and body are handed over; the body is left open when it is given. */
  readonly meanwhile?: (stream: ClientHttp2Stream) => Promise<void>;
}

export const IDENTITY = { 'x-user-id': 'alice', 'x-tenant-id': 'acme' } as const;

export async function call(caller: Caller, options: Call): Promise<Seen> {
  const { path, method = 'GET', headers = IDENTITY, body = [], trailers, meanwhile } = options;
  const session = connect(`http://127.0.0.1:${caller.port}`, { maxSendHeaderBlockLength: 8 * 1024 * 1024 });
  session.on('error', () => {});
  const stream = session.request(
    {
      ':method': method,
      // RFC 9113, section 8.5.
      ...(method === 'CONNECT' ? {} : { ':path': path }),
      ':authority': 'shop.test',
      traceparent: caller.traceparent,
      ...headers,
    },
    {
      endStream: body.length === 0 && trailers === undefined && meanwhile === undefined,
      // With it Node leaves the request open, also where there are none.
      waitForTrailers: trailers !== undefined,
    },
  );
  const seen = seenOn(stream);
  if (trailers !== undefined) stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  for (const chunk of body) stream.write(chunk);
  if (meanwhile !== undefined) await meanwhile(stream);
  else stream.end();
  const result = await seen;
  // So that Envoy sees a reset of the stream before it sees the connection go.
  await caller.journal.settled(caller.traceId);
  // Not `close`: it would wait for what a broken stream owes it.
  session.destroy();
  return result;
}

/** As `call`'s `meanwhile`: resolves with the first bytes of the answer's body. */
export function firstBytes(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.once('data', () => resolve()));
}

/** As `call`'s `meanwhile`: the request ends when the answer has begun. */
export async function endAfterFirstBytes(stream: ClientHttp2Stream): Promise<void> {
  await firstBytes(stream);
  stream.end();
}

export function cancel(stream: ClientHttp2Stream): void {
  stream.close(constants.NGHTTP2_CANCEL);
}

function seenOn(stream: ClientHttp2Stream): Promise<Seen> {
  let status = 0;
  let headers: string[] = [];
  let trailers: string[] = [];
  let whole = false;
  const chunks: Buffer[] = [];
  stream.on('response', (fields) => {
    status = Number(fields[':status']);
    headers = flat(fields);
  });
  stream.on('trailers', (fields) => {
    trailers = flat(fields);
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.once('end', () => {
    whole = !stream.aborted;
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('close', () => {
      const answer = { status, headers, body: Buffer.concat(chunks).toString('latin1'), trailers, whole };
      resolve({ answers: [answer], ended: `HTTP/2 code ${stream.rstCode}` });
    });
  });
}

function flat(fields: Readonly<Record<string, string | string[] | number | undefined>>): string[] {
  return Object.entries(fields).map(([name, value]) => shown(name, String(value)));
}
