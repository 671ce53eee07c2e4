import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  request,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Says what is to be done once a server is no longer needed. */
export type AtEnd = (close: () => Promise<unknown>) => void;

/** Listens on a free loopback port, until the test that called ends unless `atEnd` says otherwise. Returns the origin. */
export async function listen(server: Server, atEnd: AtEnd = whenTestEnds): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export function whenTestEnds(close: () => Promise<unknown>): void {
  onTestFinished(async () => {
    await close();
  });
}

export function serve(listener: RequestListener, atEnd: AtEnd = whenTestEnds): Promise<string> {
  return listen(createServer(listener), atEnd);
}

/** What a service downstream gets: joined headers, and the raw list that shows a repeated one. */
export interface Seen {
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: string;
}

/** A real server that answers with what it was sent; `GET /redirect?to=…` sends on to another address. */
export function serveEcho(atEnd: AtEnd = whenTestEnds): Promise<string> {
  return serve((incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://echo');
    const location = url.searchParams.get('to');
    if (location !== null) {
      response.writeHead(302, { location }).end();
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const seen: Seen = { headers: incoming.headers, raw: incoming.rawHeaders, body };
      // Longer than a turn of the loop, so that concurrent requests do overlap in a bounded pool.
      setTimeout(() => response.end(JSON.stringify(seen)), 2);
    });
  }, atEnd);
}

/** How often a header stands in the raw list. */
export function countOf(seen: Seen, name: string): number {
  return seen.raw.filter((entry, index) => index % 2 === 0 && entry.toLowerCase() === name).length;
}

/** A GET by node:http; `headers` may be an array, as node:http allows. The answer is parsed as JSON. */
export function getJson<Answer = Seen>(
  url: string,
  headers: Record<string, string | string[]> | string[] = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        try {
          resolve(JSON.parse(text) as Answer);
        } catch {
          reject(new Error(`${response.statusCode}: ${text}`));
        }
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}
