import express from 'express';
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { getJson } from '../../test/servers.ts';
import { meshspan as middleware } from './express.ts';
import { meshspan as plugin } from './fastify.ts';

it('app.use(meshspan), without the brackets, says how to write it', async () => {
  const app = express();
  app.use(middleware as unknown as express.RequestHandler);
  app.use(((error, _request, response, _next) => {
    response.json({ message: error.message });
  }) satisfies express.ErrorRequestHandler);
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    expect(await getJson(`http://127.0.0.1:${port}/`)).toMatchObject({
      message: expect.stringContaining(
        'Write app.use(meshspan()), with the brackets. [MESHSPAN_ERR_OPTIONS]',
      ),
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
