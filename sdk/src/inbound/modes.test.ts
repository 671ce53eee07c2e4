import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { getJson, serveEcho } from '../../test/servers.ts';
import { current } from '../context.ts';
import type { Inbound, MeshspanOptions } from '../options.ts';

const TRACE = '80f198ee56343ba864fe8b2a57d3eff7';
const SPAN = 'e457b5a2e4d86bd1';
const OWN_TRACE = '0af7651916cd43dd8448eb211c80319c';
const OWN_SPAN = 'b7ad6b7169203331';
const CAME = {
  traceparent: `00-${TRACE}-${SPAN}-01`,
  b3: `${TRACE}-${SPAN}-1`,
  'x-request-id': 'id-1',
  'x-user-id': 'ada',
  baggage: 'a=1',
};
const SENT = Object.keys(CAME);

/** OpenTelemetry's own context manager in small: the API's globals are the real ones. */
class StorageContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(thisArg, args));
  }
  bind<T>(_active: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

function registerOpenTelemetry(): void {
  context.setGlobalContextManager(new StorageContextManager());
  trace.setGlobalTracerProvider(trace.getTracerProvider());
  onTestFinished(() => {
    context.disable();
    trace.disable();
  });
}

/** Calls on within an active span of OpenTelemetry's. */
function withSpan<Result>(traceFlags: number, call: () => Result): Result {
  const span = trace.wrapSpanContext({ traceId: OWN_TRACE, spanId: OWN_SPAN, traceFlags });
  return context.with(trace.setSpan(context.active(), span), call);
}

describe.each(FRAMEWORKS)('%s', (_framework, start) => {
  /** The headers that the service's own call sent, of those that came. */
  async function sentBy(
    options: MeshspanOptions | undefined,
    headers: Record<string, string>,
    flags?: number,
  ) {
    const echo = await serveEcho();
    const service = await start(options, async () => {
      const seen = await (flags === undefined ? getJson(echo) : withSpan(flags, () => getJson(echo)));
      const { trace: position, link } = current() ?? {};
      return { headers: seen.headers, position, link };
    });
    const answer = await getJson<{
      headers: Record<string, string>;
      position?: { spanId: string; parentSpanId?: string };
      link?: { traceId: string };
    }>(service, headers);
    const sent = Object.entries(answer.headers).filter(([name]) => SENT.includes(name));
    return { ...answer, sent: Object.fromEntries(sent) };
  }

  it('auto forwards where no OpenTelemetry SDK is registered, and where no span is active', async () => {
    expect((await sentBy({ mode: 'auto' }, CAME)).sent).toEqual(CAME);
    registerOpenTelemetry();
    expect((await sentBy({ mode: 'auto' }, CAME)).sent).toEqual(CAME);
  });

  it("auto and child send OpenTelemetry's active span in every format", async () => {
    registerOpenTelemetry();
    for (const mode of ['auto', 'child'] as const) {
      const { sent } = await sentBy({ mode }, CAME, 1);
      expect(sent.traceparent).toBe(`00-${OWN_TRACE}-${OWN_SPAN}-01`);
      expect(sent.b3).toBe(`${OWN_TRACE}-${OWN_SPAN}-1`);
      expect(sent['x-user-id']).toBe('ada');
    }
    expect((await sentBy(undefined, CAME, 0)).sent.b3).toBe(`${OWN_TRACE}-${OWN_SPAN}-0`);
    expect((await sentBy(undefined, {}, 3)).sent).toEqual({ traceparent: `00-${OWN_TRACE}-${OWN_SPAN}-03` });
  });

  it("forward keeps to what came, beside OpenTelemetry's active span too", async () => {
    registerOpenTelemetry();
    expect((await sentBy({ mode: 'forward' }, CAME, 1)).sent).toEqual(CAME);
  });

  it('child without OpenTelemetry makes a span of its own below the one that came', async () => {
    const { sent, position } = await sentBy({ mode: 'child' }, CAME);
    expect(position).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
    expect(position?.spanId).not.toBe(SPAN);
    expect(sent.traceparent).toBe(`00-${TRACE}-${position?.spanId}-01`);
    expect(sent.b3).toBe(`${TRACE}-${position?.spanId}-1-${SPAN}`);
  });

  it('child without OpenTelemetry starts a trace where none came', async () => {
    expect((await sentBy({ mode: 'child' }, {})).sent.traceparent).toMatch(
      /^00-[0-9a-f]{32}-[0-9a-f]{16}-03$/,
    );
    expect((await sentBy({ mode: 'child' }, { b3: '0' })).sent.b3).toMatch(/^[0-9a-f]{32}-[0-9a-f]{16}-0$/);
  });

  it.each<[string, MeshspanOptions['inbound']]>([
    ['ignore', 'ignore'],
    ['restart', 'restart'],
    ['a predicate', (request) => (request.headers['x-user-id'] === 'ada' ? 'ignore' : 'accept')],
    ['a predicate that throws', () => JSON.parse('{')],
    ['a predicate that answers nonsense', () => 'yes' as Inbound],
  ])('believes nothing that came on %s', async (_name, inbound) => {
    expect((await sentBy({ inbound } as MeshspanOptions, CAME)).sent).toEqual({});
  });

  it('restarts in child mode, and keeps what came as a link', async () => {
    const { sent, link } = await sentBy({ mode: 'child', inbound: () => 'restart' }, CAME);
    expect(Object.keys(sent)).toEqual(['traceparent']);
    expect(sent.traceparent).not.toContain(TRACE);
    expect(link).toMatchObject({ traceId: TRACE, spanId: SPAN });
  });
});
