import express from 'express';
import Fastify, { type FastifyPluginCallback } from 'fastify';
import fastify4 from 'fastify-4';
import { afterEach, expect, it } from 'vitest';
import { getJson } from '../../test/servers.ts';
import { current } from '../context.ts';
import { uninstall } from '../outbound/install.ts';
import { meshspan as middleware } from './express.ts';
import { meshspan as plugin } from './fastify.ts';

afterEach(uninstall);

it.each([
  ['app.use(meshspan), without the brackets', middleware, 'Write app.use(meshspan()), with the brackets.'],
  ['app.use(meshspan), of meshspan/fastify', plugin, "app.use(meshspan()) with that of 'meshspan/express'."],
])('%s, says how to write it', async (_what, given, mend) => {
  const app = express();
  app.use(given as unknown as express.RequestHandler);
  app.use(((error, _request, response, _next) => {
    response.json({ message: error.message });
  }) satisfies express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(await getJson(`http://127.0.0.1:${port}/`)).toMatchObject({
      message: expect.stringContaining(`${mend} [MESHSPAN_ERR_OPTIONS]`),
    });
  } finally {
    server.close();
  }
});

it('app.register(meshspan()), with the brackets, says how to write it', () => {
  const app = Fastify();
  expect(() => app.register((plugin as unknown as () => typeof plugin)())).toThrow(
    /Write app.register\(meshspan\), without the brackets, .*\[MESHSPAN_ERR_OPTIONS\]/,
  );
});

it.each([
  ['meshspan()', middleware() as unknown as FastifyPluginCallback],
  ['meshspan', middleware as unknown as FastifyPluginCallback],
])("app.register(%s) of 'meshspan/express' is refused, and says what to import", async (_what, given) => {
  const app = Fastify();
  await expect(app.register(given)).rejects.toThrow(/'meshspan\/fastify'.*\[MESHSPAN_ERR_OPTIONS\]/);
});

it.each([
  ['4', fastify4 as unknown as typeof Fastify],
  ['5', Fastify],
])('registered twice in Fastify %s, the later one counts, as in Express', async (_version, fastify) => {
  const app = fastify();
  await app.register(plugin);
  await app.register(plugin, { identity: ['x-org-id'] });
  app.get('/', async (request) => [request.meshspan.identity, current()?.identity]);
  const headers = { 'x-user-id': 'ada', 'x-org-id': 'acme' };
  expect((await app.inject({ url: '/', headers })).json()).toEqual([
    { 'x-org-id': 'acme' },
    { 'x-org-id': 'acme' },
  ]);
});
