/** The server's end of RFC 6455, as far as the tests go: whole text frames below 126 bytes, echoed. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Journal, traceOf } from './journal.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CLOSE = 0x88;

export function acceptWebSocket(request: IncomingMessage, socket: Duplex, journal: Journal): void {
  const traceId = traceOf(request.headers);
  socket.once('close', () => journal.add(traceId, 'closed'));
  if (request.url?.endsWith('/unwilling') === true) {
    socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
    return;
  }
  const key = `${request.headers['sec-websocket-key']}${GUID}`;
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n' +
      `sec-websocket-accept: ${createHash('sha1').update(key).digest('base64')}\r\n\r\n`,
  );
  journal.add(traceId, 'upgraded');
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let length = frameLength(rest); length > 0; length = frameLength(rest)) {
      const frame = rest.subarray(0, length);
      rest = rest.subarray(length);
      socket.write(Buffer.concat([Buffer.from([frame[0] ?? 0, length - 6]), unmasked(frame)]));
      // A close is answered with the same, and is the last.
      if (frame[0] === CLOSE) socket.end();
    }
  });
  // A tunnel is over when one end is.
  socket.once('end', () => socket.end());
}

/** Bytes of the first frame: two of head, four of mask, the payload; 0 while it is not all there. */
function frameLength(bytes: Buffer): number {
  const length = 6 + ((bytes[1] ?? 0) & 0x7f);
  return bytes.length >= 2 && bytes.length >= length ? length : 0;
}

function unmasked(frame: Buffer): Buffer {
  return Buffer.from(frame.subarray(6).map((byte, i) => byte ^ (frame[2 + (i % 4)] ?? 0)));
}
