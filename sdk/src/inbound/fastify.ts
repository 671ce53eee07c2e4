import type { FastifyPluginCallback } from 'fastify';
import type { MeshContext } from '../context.ts';
import { MeshspanError } from '../errors.ts';
import { type MeshspanOptions, resolveOptions, type Settings } from '../options.ts';
import { install } from '../outbound/install.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What came in with this request; set from the onRequest hook on. */
    meshspan: MeshContext;
  }
}

/** Fastify hands its own register options to the plugin too (docs/Reference/Plugins.md). */
const OF_FASTIFY = ['prefix', 'logLevel', 'logSerializers'];

/**
 * Fastify plugin: register it before all others, and every call that a request's handlers make carries the
 * request's trace and identity headers.
 *
 * @throws MeshspanError for a bad option, from `ready()` or `listen()` and never while a request is served.
 * @example
 * import { meshspan } from 'meshspan/fastify';
 * await app.register(meshspan);
 */
export const meshspan: FastifyPluginCallback<MeshspanOptions> = (instance, options, done) => {
  if (instance === undefined) {
    throw new MeshspanError(
      'MESHSPAN_ERR_OPTIONS',
      'app.register',
      instance,
      'Write app.register(meshspan), without the brackets, and options as the second argument.',
    );
  }
  if (typeof instance.decorateRequest !== 'function') {
    // Express calls it so, with a request, a response and `next`; each request fails until it is mended.
    const mend = "Write app.use(meshspan()) with that of 'meshspan/express'.";
    done(new MeshspanError('MESHSPAN_ERR_OPTIONS', 'app.use', meshspan, mend));
    return;
  }
  let settings: Settings;
  try {
    settings = resolveOptions(options, OF_FASTIFY);
  } catch (error) {
    // Thrown, it would end the process past ready(): avvio calls plugins that take a callback unguarded.
    done(error as MeshspanError);
    return;
  }
  install();
  // Declared up front, so that every request has one hidden class (docs/Reference/Decorators.md).
  // A plugin that registers meshspan for itself may have done so before: the later hook counts, as in Express.
  if (!instance.hasRequestDecorator('meshspan')) {
    instance.decorateRequest('meshspan', null as unknown as MeshContext);
  }
  instance.addHook('onRequest', (request, reply, next) => {
    receive(request.raw, reply.raw, settings, (context) => {
      request.meshspan = context;
      next();
    });
  });
  done();
};

// What fastify-plugin sets: without skip-override the hook would reach only routes registered inside this
// plugin (fastify lib/plugin-override.js), that is none. The name is for Fastify's own messages.
Object.assign(meshspan, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'meshspan',
  [Symbol.for('plugin-meta')]: { name: 'meshspan', fastify: '>=4' },
});

export default meshspan;
