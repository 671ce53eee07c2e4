import type { MeshContext } from './context.ts';
import type { IncomingHeaders } from './formats/incoming-headers.ts';
import { extractFrom } from './inbound/extract.ts';
import { type MeshspanOptions, resolveOptions, type Settings } from './options.ts';
import { install } from './outbound/install.ts';

export { current, type MeshContext, run } from './context.ts';
export { REFUSED_CHANNEL, type Refusal, type RefusalReason } from './diagnostics.ts';
export { type ErrorCode, MeshspanError } from './errors.ts';
export type { Identity } from './formats/identity.ts';
export type { IncomingHeaders } from './formats/incoming-headers.ts';
export type { Format, SamplingState, TraceContext } from './formats/trace-context.ts';
export type { Inbound, MeshspanOptions, Mode } from './options.ts';
export { uninstall } from './outbound/install.ts';
export { type Dispatch, type DispatchOptions, interceptor } from './outbound/undici.ts';

import type { ClientReport } from './self-check/report.ts';

export type { ClientReport, ClientStatus } from './self-check/report.ts';

let defaults: Settings | undefined;

/**
 * Reads a context out of headers that came by other ways than Express or Fastify, to be used with run().
 * Never throws on bad headers; what is malformed is left out and published on `meshspan:refused`.
 *
 * @param headers names in lower case, as `IncomingMessage.headers` has them.
 * @param options as for the middleware, but for `inbound`: whoever calls this has decided to believe.
 * @throws MeshspanError for a bad option.
 * @example
 * run(extract(message.headers), () => handle(message));
 */
export function extract(headers: IncomingHeaders, options?: Omit<MeshspanOptions, 'inbound'>): MeshContext {
  if (options === undefined) defaults ??= resolveOptions();
  const settings = options === undefined ? (defaults as Settings) : resolveOptions(options);
  install();
  return extractFrom(headers, [], settings, 'accept');
}

/**
 * Sends requests to a server of its own on loopback through every client that this process has, and tells which
 * of them carried their caller's context: global fetch, node:http, node:https, node:http2, and those of undici,
 * axios, got and node-fetch that the working directory's packages can load. Call it once the middleware is in
 * place. For a look or a start-up log, not for a request's path: it opens about a hundred connections.
 *
 * @example
 * console.table(await selfCheck());
 */
export async function selfCheck(): Promise<readonly ClientReport[]> {
  // Loaded when called: a service that never asks does not pay for it.
  return (await import('./self-check/self-check.ts')).checkClients();
}
