import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MeshspanError } from '../errors.ts';

export interface Address {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Makes `server` listen and resolves with its URL and port. Throws MESHSPAN_ERR_PORT_TAKEN, MESHSPAN_ERR_OPTION_INVALID. */
export async function listen(
  server: Server,
  { host, port }: Address,
): Promise<{ url: string; port: number }> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, host, port);
  }
  const chosen = (server.address() as AddressInfo).port;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${chosen}`, port: chosen };
}

/** Stops listening and ends every connection at once, idle keep-alive ones too. May be called twice. */
export async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host}:${port}`;
  if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') {
    return new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'a host of this machine and a port from 0 to 65535',
      got: error.message,
      where,
      mend: 'give another --host or --port',
      cause: error,
    });
  }
  return new MeshspanError('MESHSPAN_ERR_PORT_TAKEN', {
    expected: `port ${port} to be free`,
    got: error.code === 'EACCES' ? 'this user may not open it' : 'another process listens on it',
    where,
    mend: 'free it, or choose another port with --port',
    cause: error,
  });
}
