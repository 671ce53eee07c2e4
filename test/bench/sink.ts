import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Takes the spans that Envoy exports, and forgets them. */
export interface Sink {
  readonly port: number;
  /** Resolves when an export contains these bytes; rejects after `timeoutMs`. */
  waitFor(text: string, timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** Listens on loopback. Reads a body only while somebody waits for one, so that it takes little of its core. */
export async function startSink(): Promise<Sink> {
  const awaited = new Map<string, () => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      if (awaited.size > 0) chunks.push(chunk);
    });
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      for (const [text, found] of awaited) if (body.includes(text)) found();
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    waitFor(text, timeoutMs = 10_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          awaited.delete(text);
          reject(new Error(`no span with ${text} within ${timeoutMs} ms`));
        }, timeoutMs);
        awaited.set(text, () => {
          clearTimeout(timer);
          awaited.delete(text);
          resolve();
        });
      });
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
