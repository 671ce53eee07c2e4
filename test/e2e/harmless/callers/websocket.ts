/** A WebSocket with Node's own client. */
import type { Caller, Seen } from './caller.ts';
import { IDENTITY } from './http2.ts';

/** Sends the texts one after the other, each when the one before is back, and closes. */
export async function talk(caller: Caller, path: string, texts: readonly string[]): Promise<Seen> {
  const socket = new WebSocket(`ws://127.0.0.1:${caller.port}${path}`, {
    headers: { ...IDENTITY, traceparent: caller.traceparent },
  });
  const got: string[] = [];
  const waiting = [...texts];
  const sendNext = (): void => {
    const text = waiting.shift();
    if (text === undefined) socket.close(1000, 'done');
    else socket.send(text);
  };
  return new Promise((resolve) => {
    socket.addEventListener('open', sendNext);
    socket.addEventListener('message', ({ data }) => {
      got.push(String(data));
      sendNext();
    });
    socket.addEventListener('close', ({ code, reason, wasClean }) => {
      const answer = { status: 101, headers: [], body: got.join('|'), trailers: [], whole: wasClean };
      resolve({ answers: got.length === 0 ? [] : [answer], ended: `${code} ${reason}` });
    });
  });
}
