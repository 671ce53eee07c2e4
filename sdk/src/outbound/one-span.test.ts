import { trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { startTracing } from '../../test/opentelemetry.ts';
import { getJson, type Seen, serve, serveEcho } from '../../test/servers.ts';
import { meshspan } from '../inbound/express.ts';
import { uninstall } from './install.ts';
import { keepOneSpan } from './one-span.ts';

afterEach(uninstall);

const TRACE = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);
const FIRST = '1'.repeat(16);
const LATER = '2'.repeat(16);
const PARENT = '3'.repeat(16);

it.each([
  ['b3', [`${TRACE}-${FIRST}-1`], [`${TRACE}-${LATER}-1`]],
  ['b3', [`${TRACE}-${FIRST}-d-${PARENT}`], [`${TRACE}-${LATER}-d`]],
  ['b3', [`${TRACE}-${FIRST}-${PARENT}`], [`${TRACE}-${LATER}`]],
  ['b3', [`${OTHER}-${FIRST}-1`], [`${OTHER}-${FIRST}-1`]],
  ['b3', ['0'], ['0']],
])('has %s %j of a traceparent that was added later', (name, [before], [after]) => {
  const traceparent = ['traceparent', `00-${TRACE}-${LATER}-01`];
  const headers = [name, before, 'accept', '*/*', ...traceparent];
  keepOneSpan(headers);
  expect(headers).toEqual([name, after, 'accept', '*/*', ...traceparent]);
});

it('has traceparent and b3 of an x-b3-spanid that was added later, and the other way round', () => {
  const w3c = (span: string): string[] => ['traceparent', `00-${TRACE}-${span}-03`];
  const multi = (span: string): string[] => ['X-B3-TraceId', TRACE, 'X-B3-SpanId', span, 'x-b3-sampled', '1'];
  const later = [...w3c(FIRST), 'b3', `${TRACE}-${FIRST}-1`, ...multi(LATER)];
  keepOneSpan(later);
  expect(later).toEqual([...w3c(LATER), 'b3', `${TRACE}-${LATER}-1`, ...multi(LATER)]);

  const earlier = [...multi(FIRST), 'x-b3-parentspanid', PARENT, ...w3c(LATER)];
  keepOneSpan(earlier);
  expect(earlier).toEqual([...multi(LATER), ...w3c(LATER)]);
});

it('knows a 64-bit trace by its low half', () => {
  const headers = ['b3', `${FIRST}-${FIRST}-1`, 'traceparent', `00-${'0'.repeat(16)}${FIRST}-${LATER}-01`];
  keepOneSpan(headers);
  expect(headers[1]).toBe(`${FIRST}-${LATER}-1`);
});

/** OpenTelemetry with its own propagator of W3C alone, which adds traceparent to what is sent as it came, in B3. */
it.each([
  { b3: `${TRACE}-${FIRST}-1` },
  { 'x-b3-traceid': TRACE, 'x-b3-spanid': FIRST, 'x-b3-sampled': '1' },
])('sends one span id beside that of the undici instrumentation, where %j came', async (came) => {
  const finished = startTracing({ propagator: new W3CTraceContextPropagator() });
  const instrumentation = new UndiciInstrumentation();
  onTestFinished(() => instrumentation.disable());
  const echo = await serveEcho();
  const middleware = meshspan();
  const origin = await serve((incoming, response) => {
    middleware(incoming, response, async () => {
      const answer = await withServerSpan(() => fetch(echo));
      response.end(await answer.text());
    });
  });
  const { headers } = await getJson<Seen>(origin, came);
  const [, traceId, spanId] = String(headers.traceparent).split('-');
  expect(finished().map(({ name }) => name)).toContain('GET');
  expect(spanId).toMatch(/^[0-9a-f]{16}$/);
  const b3 = 'b3' in came ? String(headers.b3).split('-') : [headers['x-b3-traceid'], headers['x-b3-spanid']];
  expect(b3.slice(0, 2)).toEqual([traceId, spanId]);
});

function withServerSpan<Result>(work: () => Promise<Result>): Promise<Result> {
  return trace.getTracer('test').startActiveSpan('server', async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });
}
