import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a caller proves who he is. */
export type Proof = 'basic' | 'bearer';

/** A server in front of a registry, which lets nobody in without proof, and gives out its tokens itself. */
export interface Guard {
  /** `127.0.0.1:12345` */
  readonly address: string;
  /** `METHOD STATUS` of each call that it has answered itself. */
  readonly answered: readonly string[];
  stop(): Promise<void>;
}

export const ACCOUNT = { username: 'me', password: 'a:b' } as const;
const TOKEN = 'a-token';
const SCOPE = 'repository:wasm/meshspan:pull,push';

/** Starts one for the registry at `port`. */
export async function startGuard(proof: Proof, port: number): Promise<Guard> {
  const basic = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;
  const answered: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const answer = (status: number, headers: Record<string, string>, body: object): void => {
      answered.push(`${incoming.method} ${status}`);
      outgoing
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };
    const { host, authorization } = incoming.headers;
    const url = new URL(incoming.url ?? '/', `http://${host}`);
    if (url.pathname === '/token') {
      const allowed = authorization === basic && url.searchParams.get('scope') === SCOPE;
      return answer(allowed ? 200 : 401, {}, allowed ? { token: TOKEN } : denied('the account is not known'));
    }
    if (authorization === (proof === 'basic' ? basic : `Bearer ${TOKEN}`))
      return forward(incoming, outgoing, port);
    const challenge =
      proof === 'basic' ? 'Basic realm="r"' : `Bearer realm="http://${host}/token",service="r"`;
    answer(401, { 'www-authenticate': challenge }, denied('authentication required'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function denied(message: string): object {
  return { errors: [{ code: 'UNAUTHORIZED', message }] };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number): void {
  const { method, url: path, headers } = incoming;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}
