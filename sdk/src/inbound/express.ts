import type { IncomingMessage, ServerResponse } from 'node:http';
import { MeshspanError } from '../errors.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { install } from '../outbound/install.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

/** What Express 4 and 5, and every Connect-like framework, take as middleware. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Express middleware: put it before all others, and every call that a request's handlers make carries the
 * request's trace and identity headers.
 *
 * @throws MeshspanError for a bad option, when it is called and never while a request is served.
 * @example
 * import { meshspan } from 'meshspan/express';
 * app.use(meshspan());
 */
export function meshspan(options?: MeshspanOptions): Middleware;
export function meshspan(options?: MeshspanOptions, ...called: unknown[]): Middleware {
  // `app.use(meshspan)`, without the brackets: Express then calls this with a request, a response and `next`.
  if (called.length > 0) return refuse(options, called[1]) as never;
  const settings = resolveOptions(options);
  install();
  return function meshspanMiddleware(request, response, next) {
    if (request.headers === undefined) return refuse(request, next);
    receive(request, response, settings, () => next());
  };
}

/**
 * Told once somebody calls, as nothing shows it earlier: Fastify with its instance, when it starts; or Express
 * with a request, each of which fails until it is mended.
 */
function refuse(first: unknown, next: unknown): void {
  const isFastify =
    typeof (first as { decorateRequest?: unknown } | undefined)?.decorateRequest === 'function';
  const mend = isFastify
    ? "Write app.register(meshspan) with that of 'meshspan/fastify'."
    : 'Write app.use(meshspan()), with the brackets.';
  const where = isFastify ? 'app.register' : 'app.use';
  const error = new MeshspanError('MESHSPAN_ERR_OPTIONS', where, meshspan, mend);
  if (typeof next !== 'function') throw error;
  next(error);
}

export default meshspan;
