import type { IncomingMessage, ServerResponse } from 'node:http';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { install } from '../outbound/install.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

/** The part of Koa's context that is used: Node's own request and response. */
export interface KoaContext {
  req: IncomingMessage;
  res: ServerResponse;
}

/** What Koa 2 and 3 take as middleware. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

/**
 * Koa middleware: put it before all others, and every call that a request's handlers make carries the
 * request's trace and identity headers.
 *
 * @throws MeshspanError for a bad option, when it is called and never while a request is served.
 * @example
 * import { meshspan } from 'meshspan/koa';
 * app.use(meshspan());
 */
export function meshspan(options?: MeshspanOptions): KoaMiddleware {
  const settings = resolveOptions(options);
  install();
  return function meshspanMiddleware(context, next) {
    return receive(context.req, context.res, settings, () => next());
  };
}

export default meshspan;
