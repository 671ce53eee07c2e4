import type { Interceptor, Metadata } from '@grpc/grpc-js';
import { bind, CARRIED, type CarriedContext, currentCarried } from '../context.ts';
import { type HeaderAccess, injectInto } from './inject.ts';

/** The parts of grpc-js' InterceptingCallInterface that are used (src/client-interceptors.ts). */
interface Call {
  getPeer(): string;
  start(metadata: Metadata, listener?: object): void;
}

/**
 * A gRPC client interceptor that adds the caller's context to each call's metadata. With several interceptors
 * put it last. Identity and baggage go to the mesh's hosts only, by the channel's target; without a context
 * nothing is added.
 *
 * @returns an interceptor for `@grpc/grpc-js` 1.9 and later; one serves any number of clients.
 * @example
 * import { meshspan } from 'meshspan/grpc';
 * const orders = new OrdersClient('orders:50051', credentials, { interceptors: [meshspan()] });
 */
export function meshspan(): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options);
    const inner: Call = call;
    const start = inner.start.bind(inner);
    // Of this one call alone; grpc-js' InterceptingCall would do the same, but for that we would have to load it.
    inner.start = (metadata, listener) =>
      start(withContext(metadata, inner.getPeer(), options.host), listener && bindListener(listener));
    return call as ReturnType<Interceptor>;
  };
}

export default meshspan;

/** A copy: whoever uses one Metadata for many calls would else send the first caller's headers with them all. */
function withContext(metadata: Metadata, target: string, authority: string | undefined): Metadata {
  const context = currentCarried();
  if (context === undefined) return metadata;
  const copy = metadata.clone();
  injectInto(context, copy, metadataAccess, isMesh(context, target, authority));
  return copy;
}

const metadataAccess: HeaderAccess<Metadata> = {
  get(metadata, name) {
    const [value] = metadata.get(name);
    return value === undefined || typeof value === 'string' ? value : value.toString('base64');
  },
  set(metadata, name, value) {
    // Names that end so hold bytes, which HTTP carries in base64 (grpc doc/PROTOCOL-HTTP2.md, Custom-Metadata).
    metadata.set(name, name.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  },
};

/** Before a call has started, getPeer() is the channel's target (grpc doc/naming.md): `dns:orders:50051`, `unix:/path`. */
function isMesh(context: CarriedContext, target: string, authority: string | undefined): boolean {
  const { meshHosts } = context[CARRIED].settings;
  if (authority !== undefined && !meshHosts.includes(authority)) return false;
  if (/^unix(-abstract)?:/.test(target)) return true;
  // scheme:[//authority/]host[:port], with a list of addresses under ipv4 and ipv6.
  const [, name = ''] = /^(?:[a-z][a-z0-9+.-]*:(?!\d+$))?(?:\/\/[^/]*\/)?(.+)$/i.exec(target) ?? [];
  return name.split(',').every((host) => meshHosts.includes(host));
}

/** Answers come in the connection's context; a retry in one of the callbacks would carry another caller's. */
function bindListener(listener: object): object {
  const bound: Record<string, unknown> = {};
  for (const name of ['onReceiveMetadata', 'onReceiveMessage', 'onReceiveStatus'] as const) {
    const callback = (listener as Record<string, unknown>)[name];
    if (typeof callback !== 'function') continue;
    bound[name] = bind((value: unknown) => Reflect.apply(callback, listener, [value]));
  }
  return bound;
}
