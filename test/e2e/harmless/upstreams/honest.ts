/** An HTTP/1.1 service of node:http. The last segment of the path says how it answers. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Journal, OpenSockets, traceOf } from './journal.ts';
import { echoOf } from './received.ts';
import { acceptWebSocket } from './websocket.ts';

/** An upstream that listens on loopback. */
export interface RunningUpstream {
  readonly port: number;
  stop(): Promise<void>;
}

type Behaviour = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const echo: Behaviour = (request, response, body) => {
  const { method = '', url: path = '', rawHeaders: headers, rawTrailers: trailers } = request;
  response.end(echoOf({ method, path, headers, body, trailers }));
};

/** What is done once the whole request is there. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  echo,
  hold: () => {},
  'no-content': (_request, response) => response.writeHead(204).end(),
  'not-modified': (_request, response) => response.writeHead(304, { etag: '"1"' }).end(),
  failing: (_request, response) => response.writeHead(503).end('failing\n'),
  redirecting: (_request, response) =>
    response.writeHead(302, { location: 'http://shop.test/honest/echo?from=redirect' }).end('moved\n'),
  circling: (_request, response) =>
    response.writeHead(302, { location: 'http://shop.test/redirect/circling' }).end('moved\n'),
  megabyte: (_request, response) => response.end(Buffer.alloc(1024 * 1024, 'm')),
  /** The head and the first bytes of an answer that does not go on. */
  stalling: (_request, response) => {
    response.writeHead(200, { 'content-length': 5000 });
    response.write('s'.repeat(1000));
  },
  trailing: (_request, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('body');
    response.addTrailers({ 'x-sum': '42' });
    response.end();
  },
  hinting: (request, response, body) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => echo(request, response, body));
  },
};

export async function startHonest(journal: Journal): Promise<RunningUpstream> {
  const sockets = new OpenSockets();
  const calls = new Map<string, number>();
  const server = createServer({ maxHeaderSize: 8 * 1024 * 1024 });
  // None: the default cuts off what is beyond 1,000 headers.
  server.maxHeadersCount = 0;
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (request, socket) => {
    journal.add(traceOf(request.headers), `headers ${request.url}`);
    acceptWebSocket(request, socket, journal);
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const traceId = traceOf(request.headers);
    const name = request.url?.split(/[/?]/)[2] ?? '';
    journal.add(traceId, `headers ${request.url}`);
    response.once('close', () => journal.add(traceId, response.writableFinished ? 'closed' : 'aborted'));
    if (name === 'early') {
      // Answers with the body still on its way.
      response.writeHead(403).end('early\n');
      return;
    }
    const chunks: Buffer[] = [];
    request.once('data', () => journal.add(traceId, 'some body'));
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.once('end', () => {
      const body = Buffer.concat(chunks);
      journal.add(traceId, `body of ${body.length}`);
      const call = (calls.get(traceId) ?? 0) + 1;
      calls.set(traceId, call);
      // Fails twice, which is what the routes with retries retry.
      const behaviour = name === 'flaky' ? (call <= 2 ? 'failing' : 'echo') : name;
      BEHAVIOURS[behaviour]?.(request, response, body);
    });
  };
  server.on('request', answer);
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.destroy();
      }),
  };
}
