import { expect, test } from 'vitest';
import { isMeshspanError } from '../errors.ts';
import { startCollector } from './server.ts';
import { makeSpan, TRACE_ID } from './span-fixture.ts';
import { TraceStore } from './store.ts';
import { waitForTrace } from './wait.ts';

const makeStore = () => new TraceStore({ maxTraces: 10, maxSpans: 100 });
const receive = (id: string, traceId = TRACE_ID) => ({ traceId, span: makeSpan(id) });

test('resolves at once with a trace that is already there', async () => {
  const store = makeStore();
  store.add([receive('1')]);
  await expect(waitForTrace(store, TRACE_ID.toUpperCase(), () => true)).resolves.toEqual(
    store.trace(TRACE_ID),
  );
});

test('looks once for each arrival of that trace, and no longer after it is done', async () => {
  const store = makeStore();
  const seen: number[] = [];
  const waiting = waitForTrace(store, TRACE_ID, ({ spans }) => {
    seen.push(spans.length);
    return spans.length === 3;
  });
  store.add([receive('1')]);
  store.add([receive('9', 'f'.repeat(32))]);
  store.add([receive('2'), receive('3')]);
  expect((await waiting).spans).toHaveLength(3);
  store.add([receive('4')]);
  expect(seen).toEqual([1, 3]);
});

test('after the time is over: what was expected, and what came', async () => {
  const store = makeStore();
  store.add([{ traceId: TRACE_ID, span: makeSpan('1', { attributes: { 'user.id': 'ada' } }) }]);
  const error = await waitForTrace(store, TRACE_ID, () => false, {
    timeoutMs: 1,
    expected: '4 Envoy spans',
  }).catch((reason: unknown) => reason);
  expect(isMeshspanError(error) && error.code).toBe('MESHSPAN_ERR_TRACE_TIMEOUT');
  expect(String(error)).toContain(`trace ${TRACE_ID} with 4 Envoy spans, within 1 ms`);
  expect(String(error)).toContain('edge SERVER "GET /orders" 0000000000000001 <- root {"user.id":"ada"}');
});

test('without words for it the predicate speaks for itself; other traces are named', async () => {
  const store = makeStore();
  await expect(waitForTrace(store, TRACE_ID, (t) => t.spans.length > 3, { timeoutMs: 1 })).rejects.toThrow(
    /t\.spans\.length > 3.*no spans at all/s,
  );
  store.add([receive('1', 'f'.repeat(32))]);
  await expect(waitForTrace(store, TRACE_ID, () => true, { timeoutMs: 1 })).rejects.toThrow('f'.repeat(32));
});

test('a predicate that throws ends the wait with its error', async () => {
  const store = makeStore();
  const waiting = waitForTrace(store, TRACE_ID, () => {
    throw new TypeError('no such attribute');
  });
  store.add([receive('1')]);
  await expect(waiting).rejects.toThrow('no such attribute');
});

test('closing the collector ends a wait; another closing does nothing', async () => {
  const collector = await startCollector();
  const waiting = collector.waitForTrace(TRACE_ID, () => true);
  const ended = expect(waiting).rejects.toThrow('before the collector closed');
  await collector.close();
  await ended;
  await collector.close();
});
