/** An upstream on a bare socket that breaks the protocol, or the connection. The path says how. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { RunningUpstream } from './honest.ts';
import { type Journal, OpenSockets } from './journal.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nconnection: close\r\n';

/** Bytes that are sent once the request's head is there, and what becomes of the connection then. */
const BEHAVIOURS: Readonly<Record<string, { bytes: string; last: 'reset' | 'end' }>> = {
  'reset-at-once': { bytes: '', last: 'reset' },
  'end-at-once': { bytes: '', last: 'end' },
  'end-in-head': { bytes: 'HTTP/1.1 200 OK\r\nx-half: ', last: 'end' },
  'end-in-body': { bytes: `${HEAD}content-length: 5000\r\n\r\n${'b'.repeat(1000)}`, last: 'end' },
  'end-in-chunk': { bytes: `${HEAD}transfer-encoding: chunked\r\n\r\n3e8\r\nccc`, last: 'end' },
  garbage: { bytes: '\x16\x03\x01\x02\0 no HTTP at all \xff\xfe\r\n\r\n', last: 'end' },
  'bad-status': { bytes: 'HTTP/1.1 banana\r\n\r\n', last: 'end' },
  'bad-length': { bytes: `${HEAD}content-length: -1\r\n\r\n`, last: 'end' },
  'two-lengths': { bytes: `${HEAD}content-length: 2\r\ncontent-length: 3\r\n\r\nabc`, last: 'end' },
  'bad-chunk': { bytes: `${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\n`, last: 'end' },
  'bad-header': { bytes: `${HEAD}x bad: 1\r\n\r\n`, last: 'end' },
  'not-utf-8': { bytes: `${HEAD}x-user-id: b\xfcller\r\ncontent-length: 2\r\n\r\nok`, last: 'end' },
  'too-long': { bytes: `${HEAD}content-length: 2\r\n\r\nok and more`, last: 'end' },
  'no-length': { bytes: `${HEAD}\r\nuntil the end`, last: 'end' },
  'many-headers': { bytes: `${HEAD}${'x-many: 1\r\n'.repeat(150)}content-length: 0\r\n\r\n`, last: 'end' },
  'long-header': { bytes: `${HEAD}x-long: ${'l'.repeat(90_000)}\r\ncontent-length: 0\r\n\r\n`, last: 'end' },
};

/** The connection is broken in the answer only when the caller has read its beginning, so nothing is in a race. */
const AFTER_FIRST_BYTES = 'reset-in-body';

export interface RudeUpstream extends RunningUpstream {
  /** Breaks the connection of the trace that waits in `reset-in-body`. */
  reset(traceId: string): void;
}

export async function startRude(journal: Journal): Promise<RudeUpstream> {
  const sockets = new OpenSockets();
  const waiting = new Map<string, Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read).resume();
      const [, path = ''] = /^\S+ (\S+)/.exec(head) ?? [];
      const [, traceId = ''] = /^traceparent: 00-(\w+)/im.exec(head) ?? [];
      journal.add(traceId, `headers ${path}`);
      socket.once('close', () => journal.add(traceId, 'closed'));
      const name = path.split('/')[2] ?? '';
      if (name === AFTER_FIRST_BYTES) {
        waiting.set(traceId, socket);
        socket.write(`${HEAD}content-length: 5000\r\n\r\n${'r'.repeat(1000)}`);
        return;
      }
      const { bytes = '', last = 'reset' } = BEHAVIOURS[name] ?? {};
      if (last === 'reset') socket.resetAndDestroy();
      else socket.end(Buffer.from(bytes, 'latin1'));
    };
    socket.on('data', read);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    reset: (traceId) => waiting.get(traceId)?.resetAndDestroy(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        sockets.destroy();
      }),
  };
}
