import type { MeshContext } from './context.ts';
import { extractFrom } from './inbound/extract.ts';
import { type Carrier, readCarrier } from './inbound/read-carrier.ts';
import { type MeshspanOptions, resolveOptions, type Settings } from './options.ts';
import { install } from './outbound/install.ts';

export { bind, current, type MeshContext, run } from './context.ts';
export { REFUSED_CHANNEL, type Refusal, type RefusalReason } from './diagnostics.ts';
export { type ErrorCode, MeshspanError } from './errors.ts';
export type { Identity } from './formats/identity.ts';
export type { Format, SamplingState, TraceContext } from './formats/trace-context.ts';
export type { Carrier } from './inbound/read-carrier.ts';
export type { Inbound, MeshspanOptions, Mode, TraceTo } from './options.ts';
export { uninstall } from './outbound/install.ts';
export { type Dispatch, type DispatchOptions, interceptor } from './outbound/undici.ts';
export { type InjectOptions, inject } from './outbound/write-carrier.ts';

import type { ClientReport } from './self-check/report.ts';

export type { ClientReport, ClientStatus } from './self-check/report.ts';

/** Options that were checked once, since a consumer calls extract() for every message with the same ones. */
const checked = new WeakMap<object, Settings>();
const DEFAULTS = resolveOptions();

/**
 * Reads a context out of headers that came by other ways than HTTP, to be used with run(). Never throws on bad
 * headers; what is malformed is left out and published on `meshspan:refused`.
 *
 * @param carrier headers in any case, as a plain object, Map, Headers, gRPC Metadata, pairs, or a list of names
 * and values; their values text, Buffers of UTF-8, or SQS and SNS attributes. What is none reads as no headers.
 * @param options as for the middleware, but for `inbound`: whoever calls this has decided to believe. Keep one
 * object of them: they are checked when it is first seen.
 * @throws MeshspanError for a bad option.
 * @example
 * await run(extract(message.headers), () => handle(message));
 */
export function extract(carrier: Carrier, options?: Omit<MeshspanOptions, 'inbound'>): MeshContext {
  const settings = options === undefined ? DEFAULTS : settingsOf(options);
  install();
  return extractFrom(readCarrier(carrier, settings.names), [], settings, 'accept');
}

function settingsOf(options: Omit<MeshspanOptions, 'inbound'>): Settings {
  let settings = checked.get(options);
  if (settings === undefined) {
    settings = resolveOptions(options);
    checked.set(options, settings);
  }
  return settings;
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
