import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer as createHttp2Server, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { enter } from '../context.ts';
import { extractFrom } from '../inbound/extract.ts';
import { resolveOptions } from '../options.ts';
import { isInstalled } from '../outbound/install.ts';
import { CLIENTS, type Client, load } from './clients.ts';
import type { ClientReport, ClientStatus } from './report.ts';

/** Calls at once through each client, each in a context of its own, so that a mixed-up one shows. */
const CALLS = 10;

/** The answer takes longer than a turn of the loop: the calls of a bounded pool then wait for one another. */
const ANSWER_MS = 2;

/** Tries every client in turn. Leaves no server and no connection of its own behind. */
export async function checkClients(): Promise<readonly ClientReport[]> {
  const seen = new Map<string, IncomingHttpHeaders>();
  const answer = (
    request: { url?: string | undefined; headers: IncomingHttpHeaders },
    response: { end(): unknown },
  ): void => {
    seen.set(request.url ?? '', request.headers);
    setTimeout(() => response.end(), ANSWER_MS);
  };
  const http1 = createServer(answer);
  const http2 = createHttp2Server(answer);
  try {
    const origins = { 'http/1.1': await listen(http1), 'http/2': await listen(http2) };
    const reports: ClientReport[] = [];
    // One after the other: a client that replaces a global when it is loaded must not change another's check.
    for (const client of CLIENTS) reports.push(await check(client, origins[client.protocol], seen));
    return reports;
  } finally {
    http1.closeAllConnections();
    http1.close();
    http2.close();
  }
}

async function check(
  client: Client,
  origin: string,
  seen: Map<string, IncomingHttpHeaders>,
): Promise<ClientReport> {
  const module = client.package === undefined ? undefined : load(client.package);
  if (client.package !== undefined && module === undefined) {
    return { client: client.name, status: 'not installed', why: `${client.package} is not found here` };
  }
  const pool = client.open?.(module as never);
  try {
    const calls = Array.from({ length: CALLS }, (_, number) => {
      const context = extractFrom(headersOf(number), [], FORWARD, 'accept');
      const url = `${origin}/${encodeURIComponent(client.name)}/${number}`;
      return enter(context, () => client.call(url, module as never, pool as never));
    });
    await Promise.all(calls);
    const status = judge((number) => seen.get(`/${encodeURIComponent(client.name)}/${number}`));
    return { client: client.name, status, why: explain(status, client) };
  } catch (error) {
    return { client: client.name, status: 'failed', why: String(error) };
  } finally {
    await pool?.close();
  }
}

/** Forward, so that what arrives is known to the letter, also where an OpenTelemetry SDK has spans active. */
const FORWARD = resolveOptions({ mode: 'forward' });

function headersOf(number: number): Record<string, string> {
  return { 'x-request-id': `self-check-${number}`, 'x-user-id': `user-${number}` };
}

function judge(headersOfCall: (number: number) => IncomingHttpHeaders | undefined): ClientStatus {
  let carried = 0;
  for (let number = 0; number < CALLS; number++) {
    const headers = headersOfCall(number) ?? {};
    for (const [name, value] of Object.entries(headersOf(number))) {
      if (headers[name] !== undefined && headers[name] !== value) return 'wrong context';
      if (headers[name] === value) carried++;
    }
  }
  return carried === 2 * CALLS ? 'covered' : 'not covered';
}

function explain(status: ClientStatus, client: Client): string {
  if (status === 'covered') return '';
  if (status === 'wrong context') return 'please report this, with the versions of Node and of the package';
  return isInstalled() ? client.why : 'no middleware, plugin or extract() of meshspan has been called yet';
}

async function listen(server: Server | Http2Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
