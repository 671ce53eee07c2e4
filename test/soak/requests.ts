/** What the soak sends and configures: every feature that takes in a value, and values of all lengths. */
import { KEY } from './proxy.ts';

/** Longest value in bytes. */
const MAX_BYTES = 16 * 1024;
const HEADS = 512;

const FROM = (header: string): object[] => [{ header }];

/** A configuration with the number in it, so that each one is another. */
export function configurationOf(serial: number): object {
  return {
    attributes: [
      { key: 'user.id', from: FROM('x-user-id'), maxLength: 4096, to: { header: 'x-user-id' } },
      { key: 'tenant.id', from: FROM('x-tenant-id'), to: { metric: true, baggage: true } },
      { key: 'hashed', from: FROM('x-user-id'), hash: { algorithm: 'hmac-sha256', keyEnv: 'KEY' } },
      { key: 'masked', from: FROM('x-tenant-id'), mask: 4 },
      { key: 'matched', from: FROM('x-tenant-id'), pattern: '[a-z]{1,64}', maxDistinct: 100 },
      { key: 'cookie', from: [{ cookie: 'session' }, { query: 'session' }, { baggage: 'session' }] },
      { key: 'claim', from: [{ jwt: 'sub', unverified: true }] },
      { key: 'status', from: [{ responseCode: true }], to: { responseHeader: 'x-status' } },
      { key: 'serial', from: [{ literal: `configuration ${serial}` }] },
    ],
    trust: { identity: 'mesh', peers: [`spiffe://cluster.local/ns/n${serial}/sa/*`] },
    spanName: ['GET /users/{id}', '/files/**', `/only/${serial}`],
    sampling: { always: [{ when: { matched: ['acme', `t${serial}`] } }] },
    debugWhen: [{ when: { matched: `nobody-${serial}` } }],
    traceId: { responseHeader: 'server-timing' },
  };
}

/** Requests with values of 0 to 16 KiB, the same ones in every run. The longest of all is among the first. */
export function requestHeads(): Buffer[] {
  const random = mulberry32(4);
  const length = (index: number): number => {
    if (index < 2) return index * MAX_BYTES;
    // Short ones as often as long ones.
    return Math.floor(2 ** (random() * Math.log2(MAX_BYTES + 1))) - 1;
  };
  return Array.from({ length: HEADS }, (_, index) => {
    const text = (bytes: number): string => characters(bytes, random);
    const lines = [
      `GET ${['/users/42', '/files/a/b', '/none'][index % 3]}?session=${index} HTTP/1.1`,
      'host: soak.test',
      `x-user-id: ${text(length(index))}`,
      `x-tenant-id: ${index % 4 === 0 ? 'acme' : text(length(index))}`,
      `cookie: session=${text(length(index))}`,
      `baggage: tenant.id=acme,session=${index}`,
      `authorization: Bearer ${token({ sub: text(Math.min(1024, length(index))) })}`,
      `traceparent: 00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  });
}

/** Letters, quotes and bytes that are no UTF-8. No space: at an end it would be cut off. */
function characters(count: number, random: () => number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyzABC0123456789-_"\\/%=\xc3\xa9\xff';
  const letters = Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]);
  return letters.join('');
}

function token(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.${Buffer.from(KEY).toString('base64url')}`;
}

/** A small generator of numbers from 0 to 1 with a seed (T. Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
