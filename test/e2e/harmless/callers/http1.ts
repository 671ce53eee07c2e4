/** HTTP/1 on a bare socket: exact bytes out, exact bytes in, and how the connection ended. */
import { connect, type Socket } from 'node:net';
import { readAnswers } from './answers.ts';
import type { Caller, Seen } from './caller.ts';

export class Connection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = '';
  readonly #changed = new Set<() => void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    const change = (): void => {
      for (const check of [...this.#changed]) check();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      change();
    });
    // A reset by Envoy instead of an end is the kernel's word for bytes of ours that it had not read: a race
    // of the test's, not of the filter's.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#ended ||= 'by Envoy';
      change();
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Connection(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /** Resolves when `text` has come; rejects when the connection ends without. */
  async until(text: string): Promise<void> {
    await this.#when(() => this.#received.includes(text, 0, 'latin1') || this.#ended !== '');
    if (!this.#received.includes(text, 0, 'latin1')) {
      throw new Error(`expected ${JSON.stringify(text)}, got ${this.#received.toString('latin1')}`);
    }
  }

  /** Breaks the connection off: with a TCP reset, or with an end that says no more. */
  leave(how: 'reset' | 'end'): void {
    this.#ended = 'by the caller';
    if (how === 'reset') this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** All that came until the connection ended. `methods` are those of the requests, GET by default. */
  async seen(methods: readonly string[] = []): Promise<Seen> {
    await this.#when(() => this.#socket.closed);
    return { answers: readAnswers(this.#received, methods), ended: this.#ended };
  }

  #when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#changed.delete(check);
        resolve();
      };
      this.#changed.add(check);
      check();
    });
  }
}

export const IDENTITY: readonly string[] = ['x-user-id: alice', 'x-tenant-id: acme'];

export interface RequestOptions {
  /** Header lines beside host and traceparent. Default: who is calling, and `connection: close`. */
  readonly headers?: readonly string[];
  readonly version?: string;
  readonly body?: string;
}

/** The bytes of a request, one byte a character. */
export function request(caller: Caller, line: string, options: RequestOptions = {}): string {
  const { headers = [...IDENTITY, 'connection: close'], version = 'HTTP/1.1', body = '' } = options;
  const lines = [
    `${line} ${version}`,
    'host: shop.test',
    `traceparent: ${caller.traceparent}`,
    ...headers,
    ...(body === '' ? [] : [`content-length: ${Buffer.byteLength(body, 'latin1')}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** Sends all at once, and reads until Envoy closes. */
export async function exchange(caller: Caller, bytes: string, methods?: readonly string[]): Promise<Seen> {
  const connection = await Connection.open(caller.port);
  connection.send(bytes);
  return connection.seen(methods);
}
