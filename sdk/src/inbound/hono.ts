import type { IncomingMessage, ServerResponse } from 'node:http';
import { enter } from '../context.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { install } from '../outbound/install.ts';
import { extractFrom } from './extract.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

/** The parts of Hono's context that are used. `env` is what @hono/node-server calls HttpBindings. */
export interface HonoContext {
  req: { raw: Request };
  env: unknown;
}

/** What Hono 4 takes as middleware. */
export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<void>;

/**
 * Hono middleware, for Node by @hono/node-server: put it before all others, and every call that a request's
 * handlers make carries the request's trace and identity headers.
 *
 * A request that came over no socket (`app.request()`, as tests do) has its headers read all the same; the
 * options `serverTiming` and a function as `inbound`, which look at Node's own request, need a socket, and such
 * a function counts as `ignore`.
 *
 * @throws MeshspanError for a bad option, when it is called and never while a request is served.
 * @example
 * import { meshspan } from 'meshspan/hono';
 * app.use(meshspan());
 */
export function meshspan(options?: MeshspanOptions): HonoMiddleware {
  const settings = resolveOptions(options);
  install();
  return function meshspanMiddleware(context, next) {
    const { incoming, outgoing } = (context.env ?? {}) as Partial<HttpBindings>;
    if (incoming !== undefined && outgoing !== undefined) {
      return receive(incoming, outgoing, settings, () => next());
    }
    const trust = typeof settings.inbound === 'string' ? settings.inbound : 'ignore';
    return enter(extractFrom(Object.fromEntries(context.req.raw.headers), [], settings, trust), next);
  };
}

interface HttpBindings {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

export default meshspan;
