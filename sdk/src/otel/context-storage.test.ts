import { context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import * as undici from 'undici-7';
import { request, setGlobalDispatcher } from 'undici-7';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { caller } from '../../test/callers.ts';
import { type Seen, serve, serveEcho } from '../../test/servers.ts';
import { bind, current, run } from '../context.ts';
import { meshspan } from '../inbound/express.ts';
import { extract } from '../index.ts';
import { uninstall } from '../outbound/install.ts';

const OWN_STORAGE = Symbol.for('meshspan.context.1');
const RPC_METADATA = Symbol.for('OpenTelemetry SDK Context Key RPC_METADATA');
const manager = new AsyncLocalStorageContextManager();

beforeEach(() => {
  context.setGlobalContextManager(manager.enable());
  trace.setGlobalTracerProvider(trace.getTracerProvider());
});

afterEach(() => {
  uninstall();
  context.disable();
  trace.disable();
});

const user = (): string | undefined => current()?.identity['x-user-id'];

function span(index: number): Span {
  const traceId = index.toString(16).padStart(32, 'a');
  return trace.wrapSpanContext({ traceId, spanId: index.toString(16).padStart(16, 'b'), traceFlags: 1 });
}

it("keeps to OpenTelemetry's context, and makes no AsyncLocalStorage of its own", async () => {
  expect(current()).toBeUndefined();
  const seen = await run(extract(caller(1)), async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return context.with(trace.setSpan(context.active(), span(1)), user);
  });
  expect(seen).toBe('user-1');
  expect(OWN_STORAGE in globalThis).toBe(false);
});

it('is empty where OpenTelemetry is told to begin anew', () => {
  expect(run(extract(caller(1)), () => context.with(ROOT_CONTEXT, user))).toBeUndefined();
});

it("ties the active span with bind() too, and leaves the program's own values alone", () => {
  const key = Symbol('own');
  const bound = context.with(trace.setSpan(ROOT_CONTEXT.setValue(key, 1), span(1)), () =>
    run(extract(caller(1)), () =>
      bind(() => [context.active().getValue(key), trace.getActiveSpan(), user()]),
    ),
  );
  expect(bound()).toEqual([1, span(1), 'user-1']);
});

describe("listeners that OpenTelemetry's http instrumentation has tied to a request", () => {
  it('find the context of the middleware that ran after', async () => {
    const middleware = meshspan();
    const origin = await serve((incoming, response) => {
      // What the instrumentation does (instrumentation-http src/http.ts, _incomingRequestFunction).
      const own = ROOT_CONTEXT.setValue(RPC_METADATA, { type: 'http' });
      context.with(own, () => {
        context.bind(own, incoming);
        middleware(incoming, response, () => {
          incoming.on('data', () => {});
          incoming.on('end', () => response.end(user()));
        });
      });
    });
    const answers = Array.from({ length: 50 }, async (_, index) => {
      const init = { method: 'POST', headers: { 'x-user-id': `user-${index}` }, body: 'x'.repeat(70_000) };
      return (await fetch(origin, init)).text();
    });
    expect(await Promise.all(answers)).toEqual(answers.map((_, index) => `user-${index}`));
  });
});

it("sends each caller's own active span from a bounded pool, and no other's", async () => {
  const echo = await serveEcho();
  const agent = new undici.Agent({ connections: 4 });
  const before = undici.getGlobalDispatcher();
  setGlobalDispatcher(agent);
  onTestFinished(async () => {
    setGlobalDispatcher(before);
    await agent.close();
  });
  const clients = [
    async () => (await (await request(echo)).body.json()) as Seen,
    async () => (await (await undici.fetch(echo)).json()) as Seen,
  ];
  for (const client of clients) {
    const calls = Array.from({ length: 60 }, (_, index) =>
      run(extract(caller(index)), () => context.with(trace.setSpan(context.active(), span(index)), client)),
    );
    for (const [index, { headers }] of (await Promise.all(calls)).entries()) {
      const { traceId, spanId } = span(index).spanContext();
      expect(headers).toMatchObject({
        traceparent: `00-${traceId}-${spanId}-01`,
        'x-user-id': `user-${index}`,
      });
    }
  }
});
