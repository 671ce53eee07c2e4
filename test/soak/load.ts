/** Sends an exact number of requests as fast as they are answered, over a few connections. */
import { connect } from 'node:net';

export interface Load {
  readonly url: string;
  readonly count: number;
  readonly connections: number;
  /** Heads of requests without a body, sent in turn. */
  readonly heads: readonly Buffer[];
  readonly signal?: AbortSignal | undefined;
}

/** Resolves when all have been answered with 200. Rejects with the first other answer, or a lost connection. */
export async function sendRequests({ url, count, connections, heads, signal }: Load): Promise<void> {
  const { hostname, port } = new URL(url);
  let sent = 0;
  const head = (): Buffer | undefined => (sent < count ? heads[sent++ % heads.length] : undefined);
  const running = Array.from({ length: connections }, () => exchange(hostname, Number(port), head, signal));
  await Promise.all(running);
}

/** One request after the other on one connection, until there are no more. */
function exchange(
  host: string,
  port: number,
  next: () => Buffer | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    const send = (): void => {
      const head = signal?.aborted === true ? undefined : next();
      if (head !== undefined) return void socket.write(head);
      socket.destroy();
      resolve();
    };
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      // An answer of Envoy's own without a body ends with its head.
      if (!answer.endsWith('\r\n\r\n')) return;
      if (!answer.startsWith('HTTP/1.1 200 ')) return fail(new Error(`expected 200, got ${answer}`));
      answer = '';
      send();
    });
    socket.once('error', fail);
    socket.once('close', () => fail(new Error(`the connection was closed after ${answer || 'no answer'}`)));
    socket.once('connect', send);
  });
}
