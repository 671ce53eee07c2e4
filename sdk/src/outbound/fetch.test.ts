import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { BuiltinAgent, GLOBAL_DISPATCHER } from '../../test/builtin-undici.ts';
import { ALL_NONE, ALL_RIGHT, asCaller, caller, count } from '../../test/callers.ts';
import { countOf, type Seen, serveEcho } from '../../test/servers.ts';
import { install, uninstall } from './install.ts';

// The undici package is not imported here: it would take the place of Node's own, which is what is tested.
const globals = globalThis as unknown as Record<symbol, Closable>;
interface Closable {
  close(): Promise<void>;
}

beforeEach(install);
afterEach(uninstall);

async function json(...args: Parameters<typeof fetch>): Promise<Seen> {
  return (await (await fetch(...args)).json()) as Seen;
}

function builtinAgent(options: object): Closable {
  const agent = new BuiltinAgent(options);
  onTestFinished(() => agent.close());
  return agent;
}

function useGlobally(agent: Closable): void {
  const before = globals[GLOBAL_DISPATCHER] as Closable;
  globals[GLOBAL_DISPATCHER] = agent;
  onTestFinished(() => {
    globals[GLOBAL_DISPATCHER] = before;
  });
}

/** Leads every name to this machine, so that a stranger's host can be called without leaving it. */
function everyNameIsLocal(): Closable {
  type Found = (error: null, addresses: { address: string; family: number }[]) => void;
  const lookup = (_host: string, _options: object, found: Found) =>
    found(null, [{ address: '127.0.0.1', family: 4 }]);
  return builtinAgent({ connect: { lookup } });
}

/** The same server under a name that the mesh does not know. */
function asStranger(origin: string): string {
  return origin.replace('127.0.0.1', 'api.example.com');
}

describe('pools', () => {
  it('carries each caller through the default one', async () => {
    const echo = await serveEcho();
    expect(await count(() => json(echo))).toEqual(ALL_RIGHT);
  });

  it('carries each caller through a bounded one, set globally', async () => {
    const echo = await serveEcho();
    useGlobally(builtinAgent({ connections: 4 }));
    expect(await count(() => json(echo))).toEqual(ALL_RIGHT);
    expect(await count(() => json(new Request(echo)))).toEqual(ALL_RIGHT);
  });

  it('carries each caller through a bounded one, given to the call', async () => {
    const echo = await serveEcho();
    const init = { dispatcher: builtinAgent({ connections: 4 }), headers: { accept: 'text/plain' } };
    expect(await count(() => json(echo, init as unknown as RequestInit))).toEqual(ALL_RIGHT);
  });

  it('sends none rather than another caller where a Request hides a bounded one', async () => {
    const echo = await serveEcho();
    const init = { dispatcher: builtinAgent({ connections: 4 }) } as RequestInit;
    expect(await count(() => json(new Request(echo, init)))).toEqual(ALL_NONE);
  });

  it('gives the global dispatcher back, and it stays the class that it is meanwhile', async () => {
    const echo = await serveEcho();
    const agent = builtinAgent({});
    useGlobally(agent);
    await asCaller(() => json(echo));
    expect(globals[GLOBAL_DISPATCHER]).toBeInstanceOf(agent.constructor);
    uninstall();
    expect(globals[GLOBAL_DISPATCHER]).toBe(agent);
  });
});

describe('hosts', () => {
  it('sends trace and request id to a stranger, and identity to the mesh alone', async () => {
    const echo = await serveEcho();
    useGlobally(everyNameIsLocal());
    const { traceparent, 'x-request-id': requestId } = caller(1);
    const stranger = await asCaller(() => json(asStranger(echo)));
    expect(stranger.headers).toMatchObject({ traceparent, 'x-request-id': requestId });
    expect(stranger.headers['x-user-id']).toBeUndefined();
    expect(stranger.headers.baggage).toBeUndefined();
    expect((await asCaller(() => json(echo))).headers['x-user-id']).toBe('user-1');
  });

  it('checks again after a redirect, in both directions', async () => {
    const echo = await serveEcho();
    useGlobally(everyNameIsLocal());
    const outward = await asCaller(() => json(`${echo}/?to=${asStranger(echo)}/`));
    expect(outward.headers.traceparent).toBe(caller(1).traceparent);
    expect(outward.headers['x-user-id']).toBeUndefined();
    expect(outward.headers.baggage).toBeUndefined();

    const inward = await asCaller(() => json(`${asStranger(echo)}/?to=${echo}/`));
    expect(inward.headers).toMatchObject(caller(1));
    expect(countOf(inward, 'traceparent')).toBe(1);
  });
});

describe("the caller's own headers", () => {
  it('win, and are never doubled', async () => {
    const echo = await serveEcho();
    const own = { traceparent: `00-${'b'.repeat(32)}-${'c'.repeat(16)}-00`, 'X-User-Id': 'own' };
    for (const call of [
      () => json(echo, { headers: own }),
      () => json(new Request(echo, { headers: own })),
    ]) {
      const seen = await asCaller(call);
      expect(seen.headers).toMatchObject({ traceparent: own.traceparent, 'x-user-id': 'own' });
      expect(seen.headers['x-request-id']).toBe('id-1');
      expect(countOf(seen, 'traceparent') + countOf(seen, 'x-user-id')).toBe(2);
    }
  });

  it.each([
    ['gives way where it continues the same trace', 'a'.repeat(31).concat('1'), 'theirs'],
    ['stays where it belongs to another', 'c'.repeat(32), 'ours'],
  ])("%s, when an instrumentation adds its own span's", async (_case, trace, winner) => {
    const echo = await serveEcho();
    const theirs = `00-${trace}-${'d'.repeat(16)}-01`;
    // What @opentelemetry/instrumentation-undici does on this channel.
    const instrument = (message: unknown): void => {
      const { request } = message as { request: { addHeader(name: string, value: string): void } };
      request.addHeader('traceparent', theirs);
    };
    uninstall();
    subscribe('undici:request:create', instrument);
    onTestFinished(() => {
      unsubscribe('undici:request:create', instrument);
    });
    install();
    const seen = await asCaller(() => json(echo));
    const traceparent = winner === 'theirs' ? theirs : caller(1).traceparent;
    expect(seen.headers).toMatchObject({ traceparent, 'x-user-id': 'user-1' });
    expect(countOf(seen, 'traceparent')).toBe(1);
  });
});

describe('installation', () => {
  it('adds nothing outside of a context', async () => {
    const echo = await serveEcho();
    const { headers } = await json(echo);
    expect(Object.keys(headers).filter((name) => name in caller(1))).toEqual([]);
  });

  it('is undone whole, also where somebody keeps the wrapped fetch', async () => {
    const echo = await serveEcho();
    const wrapped = globalThis.fetch;
    uninstall();
    expect(globalThis.fetch).not.toBe(wrapped);
    // asCaller() installs anew, as extract() does; the fetch of the first time stays out.
    const seen = await asCaller(async () => (await (await wrapped(echo)).json()) as Seen);
    expect(countOf(seen, 'traceparent')).toBeLessThanOrEqual(1);
  });
});
