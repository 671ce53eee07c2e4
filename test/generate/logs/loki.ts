/** What a shipper pushes to Loki, on loopback in Loki's place. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';
import { uncompress } from 'snappyjs';
import { onTestFinished } from 'vitest';

/** One entry, as Loki would store it. */
export interface Entry {
  readonly labels: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly line: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The part of Loki's `pkg/push/push.proto` that a push is made of. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message PushRequest { repeated Stream streams = 1; }
  message Stream { string labels = 1; repeated Entry entries = 2; }
  message Entry { Timestamp timestamp = 1; string line = 2; repeated Pair structuredMetadata = 3; }
  message Timestamp { int64 seconds = 1; int32 nanos = 2; }
  message Pair { string name = 1; string value = 2; }
`);

interface PushRequest {
  readonly streams?: readonly {
    readonly labels: string;
    readonly entries: readonly {
      readonly timestamp: { readonly seconds?: string; readonly nanos?: number };
      readonly line: string;
      readonly structuredMetadata?: readonly { readonly name: string; readonly value: string }[];
    }[];
  }[];
}

/** Takes pushes for the running test; `entries` grows as they come. */
export async function startLoki(): Promise<{ readonly port: number; readonly entries: readonly Entry[] }> {
  const entries: Entry[] = [];
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray();
    if (request.url === '/loki/api/v1/push') entries.push(...decode(Buffer.concat(chunks)));
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, entries };
}

function decode(body: Uint8Array): Entry[] {
  const type = root.lookupType('PushRequest');
  const { streams = [] } = type.toObject(type.decode(uncompress(body)), { longs: String }) as PushRequest;
  return streams.flatMap(({ labels, entries }) =>
    entries.map(({ timestamp, line, structuredMetadata = [] }) => ({
      ...{ labels, line },
      time: BigInt(timestamp.seconds ?? 0) * 1_000_000_000n + BigInt(timestamp.nanos ?? 0),
      metadata: Object.fromEntries(structuredMetadata.map(({ name, value }) => [name, value])),
    })),
  );
}
