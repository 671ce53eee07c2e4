import {
  credentials,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { meshspan } from '../src/outbound/grpc.ts';
import type { CallOptions, Client } from './clients.ts';
import type { Arrivals, Kind } from './upstream.ts';

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (value: Buffer) => value.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (value: Buffer) => value.toString(),
};
const service = { talk: { ...text, path: '/test.Test/Talk', requestStream: true, responseStream: true } };

interface ServerCall extends NodeJS.ReadWriteStream {
  readonly metadata: Metadata;
  emit(event: string, ...values: unknown[]): boolean;
}

/** upstream.ts' server, in gRPC: what a URL says there, metadata says here. A redirect is answered at once. */
export async function serveGrpcUpstream(arrivals: Arrivals): Promise<string> {
  const server = new Server();
  server.addService(service, {
    talk(call: ServerCall) {
      const got = call.metadata.getMap();
      const index = Number(got['x-index']);
      arrivals.count(index, (name) => got[name]);
      const kind = got['x-kind'] as Kind;
      call.on('error', () => {});
      call.on('data', () => {});
      if (kind === 'hang') return;
      call.on('end', () => {
        if (kind === 'refuse-once' && arrivals.refusesOnce(index)) {
          call.emit('error', { code: status.UNAVAILABLE, details: '503' });
          return;
        }
        call.write(JSON.stringify(got));
        call.end();
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return `http://127.0.0.1:${port}`;
}

interface TalkClient {
  talk(metadata: Metadata): NodeJS.ReadWriteStream & AsyncIterable<string> & { cancel(): void };
  close(): void;
}

/** One connection to `origin`, which all calls share; a URL's path and query go as metadata. */
export function grpcClient(origin: string): Client {
  const Talk = makeGenericClientConstructor(service, 'Test');
  const options = { interceptors: [meshspan()], 'grpc.use_local_subchannel_pool': 1 };
  const client = new Talk(
    new URL(origin).host,
    credentials.createInsecure(),
    options,
  ) as unknown as TalkClient;
  return {
    name: 'gRPC',
    async *call(url: string, { body, signal }: CallOptions = {}) {
      const { pathname, searchParams } = new URL(url);
      const metadata = new Metadata();
      metadata.set('x-kind', pathname.slice(1));
      metadata.set('x-index', searchParams.get('id') ?? '');
      const call = client.talk(metadata);
      signal?.addEventListener('abort', () => call.cancel(), { once: true });
      if (body !== undefined) for await (const piece of body()) call.write(piece);
      call.end();
      yield* call;
    },
    close: () => client.close(),
  };
}
