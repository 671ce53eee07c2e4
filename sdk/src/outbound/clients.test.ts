import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { ALL_RIGHT, asCaller, caller, count } from '../../test/callers.ts';
import { CLIENTS, type Client, see } from '../../test/clients.ts';
import { countOf, serveEcho } from '../../test/servers.ts';
import { current } from '../context.ts';
import { install, uninstall } from './install.ts';

beforeEach(install);
afterEach(uninstall);

function opened(open: () => Client): Client {
  const client = open();
  onTestFinished(async () => {
    await client.close();
  });
  return client;
}

describe.each(CLIENTS)('%s', (_name, open) => {
  it('carries each of 60 callers through a pool of 4, and each of its headers once', async () => {
    const client = opened(open);
    const echo = await serveEcho();
    expect(await count(() => see(client, echo))).toEqual(ALL_RIGHT);
    const seen = await asCaller(() => see(client, echo));
    for (const name in caller(1)) expect(countOf(seen, name)).toBe(1);
  });

  it('carries them with streaming bodies, which run in the context of their caller', async () => {
    const client = opened(open);
    const echo = await serveEcho();
    let strayed = 0;
    const call = () => {
      const own = current();
      async function* body() {
        for (const piece of ['a', 'b', 'c']) {
          await new Promise((resolve) => setImmediate(resolve));
          if (current() !== own) strayed++;
          yield piece.repeat(50_000);
        }
      }
      return see(client, echo, { body });
    };
    expect(await count(call)).toEqual(ALL_RIGHT);
    expect((await asCaller(call)).body).toHaveLength(150_000);
    expect(strayed).toBe(0);
  });

  it('sends nothing outside of a context', async () => {
    const client = opened(open);
    const { headers } = await see(client, await serveEcho());
    expect(Object.keys(headers).filter((name) => name in caller(1))).toEqual([]);
  });
});

it.each(CLIENTS.filter(([name]) => name !== 'node:http'))(
  'checks the host of every hop of a redirect, by %s',
  async (_name, open) => {
    const client = opened(open);
    const echo = await serveEcho();
    expect(await count(() => see(client, `${echo}/?to=${echo}/`))).toEqual(ALL_RIGHT);
    const stranger = echo.replace('127.0.0.1', 'api.example.com');
    const outward = await asCaller(() => see(client, `${echo}/?to=${stranger}/`));
    expect(outward.headers).toMatchObject({
      host: new URL(stranger).host,
      traceparent: caller(1).traceparent,
      'x-request-id': 'id-1',
    });
    expect(outward.headers['x-user-id']).toBeUndefined();
    expect(outward.headers.baggage).toBeUndefined();
    const inward = await asCaller(() => see(client, `${stranger}/?to=${echo}/`));
    expect(inward.headers).toMatchObject(caller(1));
  },
);

it('covers node:https as it does node:http', async () => {
  const file = (name: string) =>
    readFileSync(new URL(`../../test/fixtures/localhost.${name}`, import.meta.url));
  const server = createServer({ key: file('key'), cert: file('crt') }, (incoming, response) => {
    response.end(JSON.stringify({ headers: incoming.headers, raw: incoming.rawHeaders, body: '' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const call = () =>
    new Promise((resolve, reject) => {
      request({ host: 'localhost', port, ca: file('crt') }, async (response) =>
        resolve(JSON.parse(await text(response))),
      )
        .on('error', reject)
        .end();
    });
  expect(await count(call)).toEqual(ALL_RIGHT);
});
