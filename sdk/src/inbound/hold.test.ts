import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { serve } from '../../test/servers.ts';
import { current, run } from '../context.ts';
import { extract } from '../index.ts';
import { uninstall } from '../outbound/install.ts';
import { meshspan } from './express.ts';

afterEach(uninstall);

const user = (): string | undefined => current()?.identity['x-user-id'];

/** A POST in two pieces over a pool of kept connections, so that a parser sees one user after another. */
async function post(origin: string, agent: Agent, name: string): Promise<string> {
  const outgoing = request(origin, { method: 'POST', agent, headers: { 'x-user-id': name } });
  outgoing.write('x'.repeat(20_000));
  setImmediate(() => outgoing.end('y'.repeat(20_000)));
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}

it.each(['data', 'end', 'close'])("holds in a raw request.on('%s')", async (event) => {
  const middleware = meshspan();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, () => {
      incoming.once(event, () => {
        const seen = user();
        // A context that is lost here may come back in the listener of another event.
        setImmediate(() => response.end(`${seen} ${user()}`));
      });
      incoming.resume();
    });
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  onTestFinished(() => agent.destroy());
  const answers = Array.from({ length: 200 }, (_, index) => post(origin, agent, `user-${index}`));
  expect(await Promise.all(answers)).toEqual(answers.map((_, index) => `user-${index} user-${index}`));
});

it('holds where a client gives up half-way', async () => {
  const middleware = meshspan();
  const gone = Promise.withResolvers<string | undefined>();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, () => {
      incoming.on('error', () => gone.resolve(user()));
      incoming.resume();
    });
  });
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: a\r\nx-user-id: ada\r\ncontent-length: 10\r\n\r\nhalf');
  setTimeout(() => socket.destroy(), 20);
  expect(await gone.promise).toBe('ada');
});

// Node sends the second answer from within the first one's, so that it would finish in the first one's context.
it.each(['prefinish', 'finish', 'close'])(
  "holds in response.on('%s') of pipelined requests",
  async (event) => {
    const middleware = meshspan();
    const seen: string[] = [];
    const first = Promise.withResolvers<void>();
    const both = Promise.withResolvers<void>();
    const origin = await serve((incoming, response) => {
      middleware(incoming, response, () => {
        const name = user();
        response.once(event, () => {
          seen.push(`${name} ${user()}`);
          if (seen.length === 2) both.resolve();
        });
        if (name === 'ada') {
          first.promise.then(() => response.end('first'));
        } else {
          response.end(Buffer.alloc(100_000));
          first.resolve();
        }
      });
    });
    const socket = connect(Number(new URL(origin).port), '127.0.0.1').resume();
    onTestFinished(() => void socket.destroy());
    socket.write(
      ['ada', 'eve'].map((name) => `GET / HTTP/1.1\r\nhost: a\r\nx-user-id: ${name}\r\n\r\n`).join(''),
    );
    await both.promise;
    expect(seen.sort()).toEqual(['ada ada', 'eve eve']);
  },
);

it("holds in response.on('close') where a client gives up before the whole answer", async () => {
  const middleware = meshspan();
  const gone = Promise.withResolvers<string | undefined>();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, () => {
      response.on('close', () => gone.resolve(user()));
      response.write('half');
    });
  });
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nhost: a\r\nx-user-id: ada\r\n\r\n');
  socket.once('data', () => socket.destroy());
  expect(await gone.promise).toBe('ada');
});

it("keeps a request's events to the request, whoever reads it", async () => {
  const middleware = meshspan();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, () => {
      incoming.on('end', () => response.end(user()));
      run(extract({ 'x-user-id': 'eve' }), () => incoming.resume());
    });
  });
  const answer = await fetch(origin, { method: 'POST', body: 'x', headers: { 'x-user-id': 'ada' } });
  expect(await answer.text()).toBe('ada');
});

it('stands behind an emit that somebody put around it, where a second middleware comes', async () => {
  const [outer, inner] = [meshspan(), meshspan({ identity: ['x-other'] })];
  const emitted: string[] = [];
  const origin = await serve((incoming, response) => {
    outer(incoming, response, () => {
      const { emit } = incoming;
      incoming.emit = (name: string, ...args: never[]) => {
        emitted.push(name);
        return emit.call(incoming, name, ...args);
      };
      inner(incoming, response, () => {
        incoming.on('end', () => response.end(current()?.identity['x-other']));
        incoming.resume();
      });
    });
  });
  const headers = { 'x-user-id': 'ada', 'x-other': 'o' };
  const answer = await fetch(origin, { method: 'POST', body: 'x', headers });
  expect(await answer.text()).toBe('o');
  expect(emitted).toContain('end');
});

it("has what other libraries keep for the request in force in its events, and no other request's", async () => {
  const others = new AsyncLocalStorage<string>();
  const middleware = meshspan();
  const origin = await serve((incoming, response) => {
    const name = String(incoming.headers['x-user-id']);
    others.run(name, () =>
      middleware(incoming, response, () => {
        incoming.on('end', () => response.end(`${user()} ${others.getStore()}`)).resume();
      }),
    );
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  for (const name of ['ada', 'eve']) expect(await post(origin, agent, name)).toBe(`${name} ${name}`);
});

it('leaves an object that was made from the request able to emit', async () => {
  const middleware = meshspan();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, () => {
      const derived: IncomingMessage = Object.create(incoming);
      derived.once('own', () => response.end(user()));
      derived.emit('own');
    });
  });
  expect(await (await fetch(origin, { headers: { 'x-user-id': 'ada' } })).text()).toBe('ada');
});

describe.each(FRAMEWORKS)('%s', (_framework, start) => {
  it('answers as ever: bodies, keep-alive, a second request on the connection', async () => {
    const origin = await start(undefined, (_query, body) => ({ body, user: user() }));
    const { port } = new URL(origin) as unknown as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const name of ['ada', 'eve']) {
      const headers = { 'x-user-id': name, 'content-type': 'application/json' };
      const outgoing = request({ host: '127.0.0.1', port, method: 'POST', agent, headers });
      outgoing.end(JSON.stringify({ name }));
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      const answer = JSON.parse(Buffer.concat(await response.toArray()).toString());
      expect(answer).toEqual({ body: { name }, user: name });
    }
  });
});
