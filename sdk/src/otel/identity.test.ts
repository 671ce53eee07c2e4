import { createServer, type RequestListener } from 'node:http';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { type Exported, startTracing } from '../../test/opentelemetry.ts';
import { getJson, listen } from '../../test/servers.ts';
import { meshspan } from '../inbound/http.ts';
import { IdentitySpanProcessor, TracePropagator } from './index.ts';

const IDENTITY = { 'x-user-id': 'ada', 'x-tenant-id': 'acme' };
const ATTRIBUTES = { 'user.id': 'ada', 'tenant.id': 'acme' };

/** A server span around a listener, as OpenTelemetry's http instrumentation makes one. */
function traced(listener: RequestListener): RequestListener {
  return (request, response) => {
    const extracted = propagation.extract(context.active(), request.headers);
    const span = trace.getTracer('test').startSpan('server', { kind: SpanKind.SERVER }, extracted);
    response.once('finish', () => span.end());
    context.with(trace.setSpan(extracted, span), () => listener(request, response));
  };
}

function named(spans: readonly Exported[], name: string): Exported | undefined {
  return spans.find((span) => span.name === name);
}

describe('the server span', () => {
  it('learns for whom it is', async () => {
    const exported = startTracing({ propagator: new TracePropagator() });
    const listener = traced(meshspan((_request, response) => response.end('null')));
    await getJson(await listen(createServer(listener)), IDENTITY);
    await expect.poll(() => named(exported(), 'server')?.attributes).toEqual(ATTRIBUTES);
  });

  it('is left alone in forward mode', async () => {
    const exported = startTracing({ propagator: new TracePropagator() });
    const listener = traced(meshspan((_request, response) => response.end('null'), { mode: 'forward' }));
    await getJson(await listen(createServer(listener)), IDENTITY);
    await expect.poll(() => named(exported(), 'server')?.attributes).toEqual({});
  });

  it('gets nothing where a stranger is not believed', async () => {
    const exported = startTracing({ propagator: new TracePropagator() });
    const listener = traced(meshspan((_request, response) => response.end('null'), { inbound: 'ignore' }));
    await getJson(await listen(createServer(listener)), IDENTITY);
    await expect.poll(() => named(exported(), 'server')?.attributes).toEqual({});
  });
});

describe.each(FRAMEWORKS)('%s', (_framework, start) => {
  it('has identity on every span below, with the processor', async () => {
    const processors = [new IdentitySpanProcessor()];
    const exported = startTracing({ propagator: new TracePropagator(), processors });
    const service = await start(undefined, () => trace.getTracer('test').startSpan('query').end());
    await getJson(service, IDENTITY);
    expect(named(exported(), 'query')?.attributes).toEqual(ATTRIBUTES);
    trace.getTracer('test').startSpan('job').end();
    expect(named(exported(), 'job')?.attributes).toEqual({});
  });
});
