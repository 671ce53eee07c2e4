import { afterEach, describe, it, onTestFinished } from 'vitest';
import { uninstall } from '../src/outbound/install.ts';
import { CLIENTS, inTurn } from './clients.ts';
import { grpcClient, serveGrpcUpstream } from './grpc-client.ts';
import { AT_ONCE, isolate, REQUESTS } from './isolation.ts';
import { Arrivals, serveUpstream } from './upstream.ts';

afterEach(uninstall);

describe(`${REQUESTS} requests, ${AT_ONCE} at once, through all frameworks: no value of another`, () => {
  it.each(CLIENTS.filter(([name]) => !/fetch|undici/.test(name) || name === 'node-fetch'))(
    'over %s',
    { timeout: 1_200_000 },
    async (_name, open) => {
      const client = open();
      onTestFinished(async () => {
        await client.close();
      });
      const arrivals = new Arrivals();
      await isolate(client, await serveUpstream(arrivals), arrivals);
    },
  );

  it('over gRPC', { timeout: 1_200_000 }, async () => {
    const arrivals = new Arrivals();
    const origin = await serveGrpcUpstream(arrivals);
    // Four connections: on one, so many calls given up would look like an attack (nghttp2, rapid reset).
    const client = inTurn(Array.from({ length: 4 }, () => grpcClient(origin)));
    onTestFinished(async () => {
      await client.close();
    });
    await isolate(client, origin, arrivals);
  });
});
