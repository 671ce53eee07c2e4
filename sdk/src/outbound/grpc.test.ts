import {
  type Client,
  credentials,
  InterceptingCall,
  type Interceptor,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ALL_RIGHT, asCaller, caller, count } from '../../test/callers.ts';
import { current, run } from '../context.ts';
import { extract } from '../index.ts';
import { meshspan } from './grpc.ts';
import { install, uninstall } from './install.ts';

beforeEach(install);
afterEach(uninstall);

const text = {
  requestSerialize: (value: string) => Buffer.from(value),
  requestDeserialize: (value: Buffer) => value.toString(),
  responseSerialize: (value: string) => Buffer.from(value),
  responseDeserialize: (value: Buffer) => value.toString(),
};
const service = {
  unary: { ...text, path: '/echo.Echo/Unary', requestStream: false, responseStream: false },
  streams: { ...text, path: '/echo.Echo/Streams', requestStream: true, responseStream: true },
};

type Metadatas = Record<string, string | Buffer>;

/** A real gRPC server whose answer is the metadata that it got; the first of each request but `once` fails. */
async function serveGrpc(): Promise<string> {
  const server = new Server();
  const failed = new Set<string>();
  server.addService(service, {
    unary(
      call: { metadata: Metadata; request: string },
      answer: (error: object | null, value?: string) => void,
    ) {
      if (call.request !== 'once' && !failed.has(call.request)) {
        failed.add(call.request);
        return answer({ code: status.UNAVAILABLE });
      }
      answer(null, JSON.stringify(call.metadata.getMap()));
    },
    streams(call: {
      metadata: Metadata;
      write(value: string): void;
      end(): void;
      on(event: string, listener: () => void): void;
    }) {
      call.on('data', () => call.write(JSON.stringify(call.metadata.getMap())));
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

type EchoClient = Client & {
  unary(
    request: string,
    metadata: Metadata,
    options: object,
    answer: (error: ServiceError | null, value: string) => void,
  ): void;
  streams(metadata: Metadata): NodeJS.ReadWriteStream;
};

function connect(
  target: string,
  interceptors: Interceptor[] = [meshspan()],
  options: object = {},
): EchoClient {
  const Echo = makeGenericClientConstructor(service, 'Echo');
  const client = new Echo(target, credentials.createInsecure(), { interceptors, ...options });
  onTestFinished(() => client.close());
  return client as unknown as EchoClient;
}

function unary(
  client: EchoClient,
  metadata = new Metadata(),
  request = 'once',
  options = {},
): Promise<Metadatas> {
  return new Promise((resolve, reject) => {
    client.unary(request, metadata, options, (error, value) =>
      error ? reject(error) : resolve(JSON.parse(value)),
    );
  });
}

const asSeen = async (metadata: Promise<Metadatas>) => ({ headers: await metadata });

it('carries each caller over one connection, unary and streaming', async () => {
  const client = connect(await serveGrpc());
  expect(await count(() => asSeen(unary(client)))).toEqual(ALL_RIGHT);

  const streaming = async () => {
    const call = client.streams(new Metadata());
    call.end('x');
    let answer = '';
    for await (const chunk of call) answer += chunk;
    return { headers: JSON.parse(answer) };
  };
  expect(await count(streaming)).toEqual(ALL_RIGHT);
});

it('leaves a Metadata that many calls share as it was', async () => {
  const client = connect(await serveGrpc());
  const shared = new Metadata();
  shared.set('x-own', '1');
  expect(await count(() => asSeen(unary(client, shared)))).toEqual(ALL_RIGHT);
  expect(shared.getMap()).toEqual({ 'x-own': '1' });
});

it("lets the caller's own metadata win, and adds nothing outside of a context", async () => {
  const client = connect(await serveGrpc());
  const own = new Metadata();
  own.set('X-User-Id', 'own');
  own.set('traceparent', `00-${'b'.repeat(32)}-${'c'.repeat(16)}-00`);
  const seen = await asCaller(() => unary(client, own));
  expect(seen).toMatchObject({ ...own.getMap(), 'x-request-id': 'id-1' });
  const outside = await unary(client);
  expect(Object.keys(outside).filter((name) => name in caller(1))).toEqual([]);
});

it('answers in the context of its caller, who may retry from there', async () => {
  const retry: Interceptor = (options, nextCall) => {
    let message: unknown;
    let begun: [Metadata, object];
    return new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        begun = [metadata, listener];
        next(metadata, {
          onReceiveStatus(result, pass) {
            if (result.code !== status.UNAVAILABLE) return pass(result);
            const again = nextCall(options);
            again.start(begun[0], begun[1]);
            again.sendMessage(message);
            again.halfClose();
          },
        });
      },
      sendMessage(value, next) {
        message = value;
        next(value);
      },
    });
  };
  const client = connect(await serveGrpc(), [retry, meshspan()]);
  let index = 0;
  expect(await count(() => asSeen(unary(client, new Metadata(), `call-${index++}`)))).toEqual(ALL_RIGHT);
  await asCaller(async () => {
    const seen = await new Promise((resolve) => {
      client.unary('once', new Metadata(), {}, () => resolve(current()?.identity['x-user-id']));
    });
    expect(seen).toBe('user-1');
  });
});

describe('hosts', () => {
  it('sends identity to the mesh alone, by the target and by the authority', async () => {
    const address = await serveGrpc();
    const within = await asCaller(() => unary(connect(`ipv4:${address}`)));
    expect(within).toMatchObject(caller(1));
    const named = await asCaller(() =>
      unary(connect(`dns:${address}`), new Metadata(), 'once', { host: 'api.example.com' }),
    );
    expect(named.traceparent).toBe(caller(1).traceparent);
    expect(named['x-user-id']).toBeUndefined();
  });

  it.each([
    ['orders:50051', true],
    ['dns:orders:50051', true],
    ['dns:///orders.prod.svc:50051', true],
    ['dns://10.0.0.53:53/orders', true],
    ['ipv4:10.0.0.1:80,10.0.0.2:80', true],
    ['ipv6:[fd00::1]:80', true],
    ['unix:/run/orders.sock', true],
    ['unix-abstract:orders', true],
    ['xds:///orders.prod.svc', true],
    ['api.example.com', false],
    ['dns:api.example.com:443', false],
    ['dns://orders/api.example.com', false],
    ['ipv4:10.0.0.1:80,8.8.8.8:80', false],
    ['google-c2p:///api.example.com', false],
    ['metadata.google.internal:80', false],
    ['', false],
  ])('takes %s for the mesh: %s', (target, mesh) => {
    let sent: Metadatas = {};
    const call = {
      getPeer: () => target,
      start(metadata: Metadata) {
        sent = metadata.getMap();
      },
    };
    const intercepted = meshspan()({} as never, () => call as never);
    run(extract(caller(1)), () => intercepted.start(new Metadata()));
    expect(sent.traceparent).toBe(caller(1).traceparent);
    expect('x-user-id' in sent).toBe(mesh);
  });
});

it('sends grpc-trace-bin of the preset as the bytes that it is', async () => {
  const client = connect(await serveGrpc());
  const bytes = Buffer.from([0, 0, 1, 2, 255]);
  const context = extract({ 'grpc-trace-bin': bytes.toString('base64') }, { preset: 'istio' });
  const seen = await run(context, () => unary(client));
  expect(seen['grpc-trace-bin']).toEqual(bytes.toJSON());
});
