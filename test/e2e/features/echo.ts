/**
 * An upstream that answers with the headers it got, and with the status that the path names: `/status/503`. One of
 * 300 to 399 leads to `/`.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Every value of each header, in the order in which they came. */
export type ReceivedHeaders = Readonly<Record<string, readonly string[] | undefined>>;

export interface EchoUpstream {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startEcho(): Promise<EchoUpstream> {
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    const status = Number(/^\/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
    const location = status >= 300 && status < 400 ? { location: `http://${request.headers.host}/` } : {};
    response.writeHead(status, { 'x-cache': 'HIT', 'content-type': 'application/json', ...location });
    response.end(JSON.stringify(request.headersDistinct));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
