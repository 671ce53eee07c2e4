/** WebSocket, and upgrades that are refused. */
import type { Case } from '../callers/caller.ts';
import { Connection, exchange, IDENTITY, request } from '../callers/http1.ts';
import { talk } from '../callers/websocket.ts';
import type { ListenerName } from '../listeners.ts';

const TEXTS = ['one', 'two', 'three'];

/** A handshake by hand, for what Node's client does not show. */
function handshake(protocol: string): readonly string[] {
  return [
    ...IDENTITY,
    'connection: Upgrade',
    `upgrade: ${protocol}`,
    'sec-websocket-version: 13',
    // RFC 6455, section 1.3.
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
}

const REFUSED: readonly {
  what: string;
  listener: ListenerName;
  path: string;
  protocol: string;
  status: number;
}[] = [
  {
    what: 'by the service',
    listener: 'plain',
    path: '/honest/unwilling',
    protocol: 'websocket',
    status: 400,
  },
  {
    what: 'by a listener without upgrades',
    listener: 'large',
    path: '/honest/ws',
    protocol: 'websocket',
    status: 403,
  },
  {
    what: 'as its protocol is unknown',
    listener: 'plain',
    path: '/honest/ws',
    protocol: 'gopher',
    status: 403,
  },
  { what: 'as nothing listens', listener: 'plain', path: '/down/ws', protocol: 'websocket', status: 503 },
];

export const upgrades: readonly Case[] = [
  {
    what: 'a WebSocket that echoes',
    listener: 'plain',
    statuses: [101],
    spans: 2,
    act: (caller) => talk(caller, '/honest/ws', TEXTS),
  },
  {
    what: 'a WebSocket whose caller is gone without a word',
    listener: 'plain',
    statuses: [101],
    spans: 2,
    act: async (caller) => {
      const connection = await Connection.open(caller.port);
      connection.send(request(caller, 'GET /honest/ws', { headers: handshake('websocket') }));
      await connection.until('\r\n\r\n');
      connection.leave('reset');
      return connection.seen();
    },
  },
  ...REFUSED.map(
    ({ what, listener, path, protocol, status }): Case => ({
      what: `an upgrade that is refused ${what}`,
      listener,
      statuses: [status],
      spans: status === 403 ? 0 : 2,
      act: (caller) => exchange(caller, request(caller, `GET ${path}`, { headers: handshake(protocol) })),
    }),
  ),
];
