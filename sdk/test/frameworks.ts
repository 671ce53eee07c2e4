import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import express5 from 'express';
import express4 from 'express-4';
import fastify5 from 'fastify';
import fastify4 from 'fastify-4';
import { Hono } from 'hono';
import Koa from 'koa';
import { meshspan as middleware } from '../src/inbound/express.ts';
import { meshspan as plugin } from '../src/inbound/fastify.ts';
import { meshspan as honoMiddleware } from '../src/inbound/hono.ts';
import { meshspan as wrap } from '../src/inbound/http.ts';
import { meshspan as koaMiddleware } from '../src/inbound/koa.ts';
import type { MeshspanOptions } from '../src/options.ts';
import { type AtEnd, listen, whenTestEnds } from './servers.ts';

/** What a service does with a request: its answer goes back as JSON. */
export type Handle = (query: Record<string, string>, body: unknown) => unknown;

/** Starts a real server of one framework, meshspan before all else; it is closed when the test ends, or at `atEnd`. */
export type Start = (options: MeshspanOptions | undefined, handle: Handle, atEnd?: AtEnd) => Promise<string>;

function startExpress(express: typeof express5): Start {
  return (options, handle, atEnd) => {
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
    return listen(createServer(app), atEnd);
  };
}

function startFastify(fastify: typeof fastify5): Start {
  return async (options, handle, atEnd = whenTestEnds) => {
    const app = fastify();
    atEnd(() => Promise.resolve(app.close()));
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

/** Plain node:http. */
const startHttp: Start = (options, handle, atEnd) =>
  listen(
    createServer(
      wrap(async (request, response) => {
        const answer = await handle(queryOf(request), await bodyOf(request));
        response.end(JSON.stringify(answer ?? null));
      }, options),
    ),
    atEnd,
  );

const startKoa: Start = (options, handle, atEnd) => {
  const app = new Koa();
  app.use(koaMiddleware(options));
  app.use(async (context) => {
    context.body = JSON.stringify((await handle(queryOf(context.req), await bodyOf(context.req))) ?? null);
  });
  return listen(createServer(app.callback()), atEnd);
};

const startHono: Start = (options, handle, atEnd) => {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(honoMiddleware(options));
  app.all('/', async (context) => {
    const text = await context.req.text();
    const answer = await handle(context.req.query(), text === '' ? undefined : JSON.parse(text));
    return context.body(JSON.stringify(answer ?? null));
  });
  return listen(createAdaptorServer({ fetch: app.fetch }) as Server, atEnd);
};

function queryOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(new URL(request.url ?? '/', 'http://service').searchParams);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = Buffer.concat(await request.toArray()).toString();
  return text === '' ? undefined : JSON.parse(text);
}

/** The servers that are supported, by name, for `describe.each`. */
export const FRAMEWORKS: readonly (readonly [string, Start])[] = [
  ['express 4', startExpress(express4)],
  ['express 5', startExpress(express5)],
  ['fastify 4', startFastify(fastify4 as unknown as typeof fastify5)],
  ['fastify 5', startFastify(fastify5)],
  ['node:http', startHttp],
  ['koa', startKoa],
  ['hono', startHono],
];
