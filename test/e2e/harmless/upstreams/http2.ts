/** An HTTP/2 service (h2c) of node:http2: echoes with trailers, resets streams, and speaks gRPC. */
import { constants, createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { grpcMessage } from '../callers/grpc.ts';
import type { RunningUpstream } from './honest.ts';
import { type Journal, OpenSockets, traceOf } from './journal.ts';
import { echoOf } from './received.ts';

type Behaviour = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: Buffer) => void;

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };

/** What is done once the whole request is there, by the last segment of the path. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  echo: (stream, headers, body) => {
    const { ':method': method = '', ':path': path = '', ...fields } = headers;
    const trailers = trailersOf.get(stream) ?? [];
    const flat = Object.entries(fields).flatMap(([name, value]) => [name, String(value)]);
    answer(
      stream,
      { ':status': 200 },
      [Buffer.from(echoOf({ method, path, headers: flat, body, trailers }))],
      {
        'x-sum': '42',
      },
    );
  },
  hold: () => {},
  Chat: (stream) => {
    answered.add(stream);
    stream.end();
  },
  'reset-in-body': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  'reset-at-once': (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  stalling: (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('s'.repeat(1000));
  },
  // gRPC: one answer to one message, three to one, a refusal in the head, and a stream that does not end.
  Unary: (stream, _headers, body) => answer(stream, GRPC, [body], { 'grpc-status': '0' }),
  Watch: (stream) =>
    answer(stream, GRPC, ['one', 'two', 'three'].map(grpcMessage), {
      'grpc-status': '0',
      'x-user-id': 'mallory',
    }),
  Refuse: (stream) => {
    answered.add(stream);
    stream.respond({ ...GRPC, 'grpc-status': '7', 'grpc-message': 'no' }, { endStream: true });
  },
  Fail: (stream) => answer(stream, GRPC, [grpcMessage('one')], { 'grpc-status': '13', 'grpc-message': 'x' }),
  Forever: (stream) => {
    stream.respond(GRPC);
    stream.write(grpcMessage('one'));
  },
};

/** What is done with the first bytes of the request's body, while more is to come. */
const AT_FIRST_BYTES: Readonly<Record<string, (stream: ServerHttp2Stream, first: Buffer) => void>> = {
  'reset-in-body': (stream) => {
    stream.respond({ ':status': 200 });
    stream.write('r'.repeat(1000));
  },
  // gRPC: each message is answered as it comes.
  Chat: (stream, first) => {
    stream.respond(GRPC, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.write(first);
    stream.on('data', (chunk: Buffer) => stream.write(chunk));
  },
};

/** Streams whose answer was handed over whole. Node's own marks say so of some that a reset has ended, too. */
const answered = new WeakSet<ServerHttp2Stream>();

const trailersOf = new WeakMap<ServerHttp2Stream, string[]>();

function answer(
  stream: ServerHttp2Stream,
  headers: Record<string, string | number>,
  chunks: readonly Buffer[],
  trailers: Record<string, string>,
): void {
  stream.respond(headers, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  for (const chunk of chunks) stream.write(chunk);
  answered.add(stream);
  stream.end();
}

export async function startHttp2(journal: Journal): Promise<RunningUpstream> {
  const sockets = new OpenSockets();
  const server = createServer({ settings: { maxHeaderListSize: 8 * 1024 * 1024 }, maxHeaderListPairs: 2000 });
  server.on('connection', (socket) => sockets.add(socket));
  server.on('stream', (stream, headers) => {
    const traceId = traceOf(headers);
    const path = headers[':path'] ?? '';
    journal.add(traceId, `headers ${path}`);
    stream.on('error', () => {});
    stream.once('close', () => journal.add(traceId, answered.has(stream) ? 'closed' : 'aborted'));
    stream.once('trailers', (trailers) => {
      trailersOf.set(
        stream,
        Object.entries(trailers).map(([name, value]) => `${name}: ${value}`),
      );
    });
    const chunks: Buffer[] = [];
    const name = path.split('/')[2] ?? '';
    stream.once('data', (first: Buffer) => {
      journal.add(traceId, 'some body');
      AT_FIRST_BYTES[name]?.(stream, first);
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => {
      // A reset ends the reading too.
      if (stream.destroyed || stream.aborted) return;
      const body = Buffer.concat(chunks);
      journal.add(traceId, `body of ${body.length}`);
      BEHAVIOURS[name]?.(stream, headers, body);
    });
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
