import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case, repeated ones joined, as Node gives them. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in turn, as received: shows a repeated header. */
  readonly rawHeaders: readonly string[];
}

/** A server that stands for the services which the service under test calls. */
export interface Downstream {
  /** Its origin on loopback, such as `http://127.0.0.1:41873`. */
  readonly url: string;
  /** What has arrived since the last take(), in order, and forgets it. */
  take(): readonly ReceivedRequest[];
  close(): Promise<void>;
}

/**
 * Starts a server on a free loopback port that notes what it is sent.
 *
 * @param answer JSON that it answers every request with, status 200. Default `{}`.
 */
export async function startDownstream(answer: unknown = {}): Promise<Downstream> {
  let requests: ReceivedRequest[] = [];
  const text = JSON.stringify(answer);
  const server = createServer((request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    requests.push({ method, url, headers, rawHeaders });
    request.resume().once('end', () => response.setHeader('content-type', 'application/json').end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = requests;
      requests = [];
      return taken;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
