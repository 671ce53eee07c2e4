import { createServer } from 'node:http';
import express5 from 'express';
import express4 from 'express-4';
import fastify5 from 'fastify';
import fastify4 from 'fastify-4';
import { onTestFinished } from 'vitest';
import { meshspan as middleware } from '../src/inbound/express.ts';
import { meshspan as plugin } from '../src/inbound/fastify.ts';
import type { MeshspanOptions } from '../src/options.ts';
import { listen } from './servers.ts';

/** What a service does with a request: its answer goes back as JSON. */
export type Handle = (query: Record<string, string>, body: unknown) => unknown;

/** Starts a real server of one framework, meshspan before all else; it is closed when the test ends. */
export type Start = (options: MeshspanOptions | undefined, handle: Handle) => Promise<string>;

function startExpress(express: typeof express5): Start {
  return (options, handle) => {
    const app = express();
    app.use(middleware(options));
    app.use(express.json());
    app.all('/', async (request, response) => {
      try {
        response.json((await handle(request.query as Record<string, string>, request.body)) ?? null);
      } catch (error) {
        response.status(500).send(String(error));
      }
    });
    return listen(createServer(app));
  };
}

function startFastify(fastify: typeof fastify5): Start {
  return async (options, handle) => {
    const app = fastify();
    onTestFinished(() => app.close());
    await app.register(plugin, options ?? {});
    // Below a plugin of its own: the hook must reach routes that are registered elsewhere.
    await app.register(async (scope) => {
      scope.all('/', async (request, reply) => {
        const answer = await handle(request.query as Record<string, string>, request.body);
        return reply.send(JSON.stringify(answer ?? null));
      });
    });
    return app.listen({ host: '127.0.0.1', port: 0 });
  };
}

/** The four servers that are supported, by name, for `describe.each`. */
export const FRAMEWORKS: readonly (readonly [string, Start])[] = [
  ['express 4', startExpress(express4)],
  ['express 5', startExpress(express5)],
  ['fastify 4', startFastify(fastify4 as unknown as typeof fastify5)],
  ['fastify 5', startFastify(fastify5)],
];
