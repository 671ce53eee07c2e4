/**
 * An upstream that answers with the headers it got, and with `x-value` as `x-echo`. The path says how: with the status
 * of `/status/503` (one of 300 to 399 leads to `/`), or after the milliseconds of `/after/100`.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Every value of each header, in the order in which they came. */
export type ReceivedHeaders = Readonly<Record<string, readonly string[] | undefined>>;

export interface EchoUpstream {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startEcho(): Promise<EchoUpstream> {
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => {
    const delay = Number(/^\/after\/(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
    if (delay === 0) return answer(request, response);
    const timer = setTimeout(() => answer(request, response), delay);
    response.once('close', () => clearTimeout(timer));
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

function answer(request: IncomingMessage, response: ServerResponse): void {
  const status = Number(/^\/status\/(\d+)/.exec(request.url ?? '')?.[1] ?? 200);
  const isRedirect = status >= 300 && status < 400;
  const value = request.headers['x-value'];
  response.writeHead(status, {
    'content-type': 'application/json',
    'x-cache': 'HIT',
    ...(isRedirect ? { location: `http://${request.headers.host}/` } : {}),
    ...(value === undefined ? {} : { 'x-echo': value }),
  });
  response.end(JSON.stringify(request.headersDistinct));
}
