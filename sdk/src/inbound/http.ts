import type { RequestListener } from 'node:http';
import { enter } from '../context.ts';
import { MeshspanError } from '../errors.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { install } from '../outbound/install.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

/**
 * Wraps the listener of a node:http, https or http2 (compatibility API) server: every call that it makes for a
 * request carries the request's trace and identity headers.
 *
 * @throws MeshspanError for a bad option or a listener that is no function, when it is called and never while a
 * request is served.
 * @example
 * import { meshspan } from 'meshspan/http';
 * createServer(meshspan((request, response) => response.end('hello')));
 */
export function meshspan(listener: RequestListener, options?: MeshspanOptions): RequestListener {
  if (typeof listener !== 'function') {
    const mend = 'Write createServer(meshspan(listener, options)).';
    throw new MeshspanError('MESHSPAN_ERR_LISTENER', 'meshspan(listener)', listener, mend);
  }
  const settings = resolveOptions(options);
  install();
  return function meshspanListener(this: unknown, request, response) {
    const context = receive(request, response, settings);
    // `this` is the server, as node:events has it.
    return enter(context, () => Reflect.apply(listener, this, [request, response]));
  };
}

export default meshspan;
