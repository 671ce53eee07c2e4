import { createServer } from 'node:http';
import { listen, stop } from '../collector/listen.ts';
import type { Trace } from '../collector/trace.ts';
import { readDocument } from './document.ts';
import { makeView } from './view.ts';

export interface PageOptions {
  /** Default 127.0.0.1: traces name users and tenants, so nobody else's machine sees them unasked. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** Called for each refresh; the oldest trace first. */
  readonly traces: () => readonly Trace[];
  /** Keys of the attributes to show beside each span; default user.id, tenant.id and cluster. */
  readonly highlight?: readonly string[];
}

/** A page that is being served. */
export interface Page {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/**
 * Serves a page that shows the traces and refreshes itself: `GET /` is one HTML document that needs nothing from
 * elsewhere, `GET /api/traces` its data as JSON (PageView). Throws MESHSPAN_ERR_PORT_TAKEN.
 */
export async function startPage({
  host = '127.0.0.1',
  port = 0,
  traces,
  highlight = ['user.id', 'tenant.id', 'cluster'],
}: PageOptions): Promise<Page> {
  const { html, policy } = await readDocument();
  const bodies = new Map<string, { type: string; body: () => string }>([
    ['/', { type: 'text/html', body: () => html }],
    ['/api/traces', { type: 'application/json', body: () => JSON.stringify(makeView(traces(), highlight)) }],
  ]);
  const server = createServer((request, response) => {
    // A name that a stranger's DNS points at this machine (DNS rebinding) must not read users and tenants.
    if (!LOCAL_HOST.test(request.headers.host ?? '')) {
      return response
        .writeHead(403, { 'content-type': 'text/plain' })
        .end('host: expected a loopback address\n');
    }
    const route = bodies.get(request.url?.split('?', 1)[0] ?? '');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    request.resume();
    response.setHeaders(
      new Map([
        ['content-security-policy', policy],
        ['cross-origin-resource-policy', 'same-origin'],
        ['referrer-policy', 'no-referrer'],
        ['x-content-type-options', 'nosniff'],
        ['cache-control', 'no-store'],
      ]),
    );
    if (route && isRead) {
      response.writeHead(200, { 'content-type': `${route.type}; charset=utf-8` }).end(route.body());
    } else if (route) {
      response
        .writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' })
        .end('method: expected GET\n');
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('path: expected / or /api/traces\n');
    }
  });
  const address = await listen(server, { host, port });
  return { ...address, close: () => stop(server) };
}
