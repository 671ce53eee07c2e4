import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { MeshspanError } from '../errors.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { install } from '../outbound/install.ts';
import { receive } from './receive.ts';

export type { MeshspanOptions } from '../options.ts';

/** What the servers of node:http2 take. TypeScript takes a listener for one where its parameters are named so. */
export type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

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
export function meshspan(listener: RequestListener, options?: MeshspanOptions): RequestListener;
export function meshspan(listener: Http2Listener, options?: MeshspanOptions): Http2Listener;
export function meshspan(
  listener: (request: never, response: never) => void,
  options?: MeshspanOptions,
): RequestListener & Http2Listener {
  if (typeof listener !== 'function') {
    const mend = 'Write createServer(meshspan(listener, options)).';
    throw new MeshspanError('MESHSPAN_ERR_LISTENER', 'meshspan(listener)', listener, mend);
  }
  const settings = resolveOptions(options);
  install();
  return function meshspanListener(
    this: unknown,
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ) {
    // The compatibility API has every part that is used (Node's docs/api/http2.md).
    return receive(request as IncomingMessage, response as ServerResponse, settings, () =>
      // `this` is the server, as node:events has it.
      Reflect.apply(listener, this, [request, response]),
    );
  };
}

export default meshspan;
