import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { CARRIED, type CarriedContext, currentCarried } from '../context.ts';
import { type HeaderAccess, injectInto } from './inject.ts';

/** Published by Node ≥ 22.12 at the end of the constructor (lib/_http_client.js), in the caller's own call stack. */
const CREATED = 'http.client.request.created';

/** Covers node:http and node:https, and with them axios, got and what else sits on them. Returns the undo. */
export function subscribeHttp(): () => void {
  subscribe(CREATED, onCreated);
  return () => {
    unsubscribe(CREATED, onCreated);
  };
}

function onCreated(message: unknown): void {
  const context = currentCarried();
  if (context === undefined) return;
  const { request } = message as { request: ClientRequest & StoredHead };
  // A CONNECT is spoken to a proxy, which is not whom the caller calls.
  if (request.method === 'CONNECT') return;
  try {
    if (request._header === null) {
      injectInto(
        context,
        request,
        unsentRequest,
        isMesh(context, request, unsentRequest.get(request, 'host')),
      );
    } else if (isSplicable(request)) {
      injectInto(context, request, storedHead, isMesh(context, request, storedHead.get(request, 'host')));
    }
  } catch {
    // What a subscriber throws becomes an uncaught exception (lib/diagnostics_channel.js): a call that goes
    // out without context is the lesser harm.
  }
}

/** The connection may lead to a proxy or sidecar that goes by the Host header, or by an absolute path. */
function isMesh(context: CarriedContext, request: ClientRequest, hostHeader = request.host): boolean {
  const { meshHosts } = context[CARRIED].settings;
  return request.path.startsWith('/') && meshHosts.includes(request.host) && meshHosts.includes(hostHeader);
}

const unsentRequest: HeaderAccess<ClientRequest> = {
  get(request, name) {
    const value = request.getHeader(name);
    return value === undefined || typeof value === 'string' ? value : '';
  },
  set(request, name, value) {
    request.setHeader(name, value);
  },
  isBlank(request, names) {
    return !request.getHeaderNames().some((name) => names.has(name));
  },
};

/**
 * Node writes the head into `_header` at once where headers come as an array, or with `Expect: 100-continue`
 * (lib/_http_client.js, ClientRequest), and setHeader throws from then on. Nothing has left the process yet:
 * the head waits in `_header`, and with Expect in the first entry of `outputData` too
 * (lib/_http_outgoing.js, _storeHeader and _send), until the socket is handed over on a later tick.
 */
interface StoredHead {
  _header: string | null;
  readonly _headerSent: boolean;
  readonly outputData: { data: unknown }[];
}

/** Both names have stood since Node 0.x; where they do not look as known, nothing is injected. */
function isSplicable(request: StoredHead): boolean {
  const head = request._header;
  if (typeof head !== 'string' || !head.endsWith('\r\n\r\n')) return false;
  return !request._headerSent || request.outputData[0]?.data === head;
}

const storedHead: HeaderAccess<StoredHead> = {
  get(request, name) {
    const head = request._header ?? '';
    const at = head.toLowerCase().indexOf(`\r\n${name}:`);
    if (at === -1) return undefined;
    const start = at + name.length + 3;
    return head.slice(start, head.indexOf('\r\n', start)).trim();
  },
  set(request, name, value) {
    // Context values are checked for header-safe bytes when they come in, so no line can be smuggled here.
    const head = `${request._header?.slice(0, -2)}${name}: ${value}\r\n\r\n`;
    if (request._headerSent && request.outputData[0] !== undefined) request.outputData[0].data = head;
    request._header = head;
  },
};
