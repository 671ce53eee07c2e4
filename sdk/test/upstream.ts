import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { caller } from './callers.ts';
import { serve } from './servers.ts';

/** What becomes of a call: answered, redirected to another server, refused once, or left hanging. */
export type Kind = 'answer' | 'redirect' | 'refuse-once' | 'hang';

/** Headers of request number `index`; no value in them is any other's. */
export function tenant(index: number): Record<string, string> {
  return { ...caller(index), 'x-tenant-id': `tenant-${index}` };
}

/** How many requests came with the headers of the caller that they were sent for, with none, or with others. */
export class Arrivals {
  right = 0;
  none = 0;
  wrong = 0;
  readonly #refused = new Set<number>();

  count(index: number, read: (name: string) => unknown): void {
    const expected = Object.entries(tenant(index));
    if (expected.every(([name, value]) => read(name) === value)) this.right++;
    else if (expected.every(([name]) => read(name) === undefined)) this.none++;
    else this.wrong++;
  }

  /** True the first time that it is asked about a request. */
  refusesOnce(index: number): boolean {
    if (this.#refused.has(index)) return false;
    this.#refused.add(index);
    return true;
  }
}

/** A server that counts what arrives and answers `/KIND?id=INDEX` with the headers that it got, in pieces. */
export async function serveUpstream(arrivals: Arrivals): Promise<string> {
  const elsewhere = await serve((incoming, response) => void answer(incoming, response));
  return serve((incoming, response) => void answer(incoming, response));

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://upstream');
    const index = Number(searchParams.get('id'));
    arrivals.count(index, (name) => incoming.headers[name]);
    const kind = pathname.slice(1) as Kind;
    incoming.on('error', () => {});
    if (kind === 'hang') return;
    if (kind === 'redirect') {
      response.writeHead(302, { location: `${elsewhere}/answer?id=${index}` }).end();
      return;
    }
    for await (const _piece of incoming);
    if (kind === 'refuse-once' && arrivals.refusesOnce(index)) {
      response.writeHead(503).end();
      return;
    }
    const text = JSON.stringify(incoming.headers);
    response.write(text.slice(0, 20));
    await nextTurn();
    response.end(text.slice(20));
  }
}
