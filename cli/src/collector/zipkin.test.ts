import { expect, test } from 'vitest';
import { readZipkin } from './zipkin.ts';

test('a client and its server that share a span id stay two spans, ids as long as they came', () => {
  const shared = { traceId: '463AC35C9F6413AD', id: 'A2FB4A1D1A96D312', parentId: '0020000000000001' };
  const spans = readZipkin([
    {
      ...shared,
      kind: 'CLIENT',
      name: 'egress',
      timestamp: 1_750_000_000_000_123,
      duration: 1500,
      localEndpoint: { serviceName: 'edge' },
      tags: { 'user.id': 'ada' },
    },
    { ...shared, kind: 'SERVER', shared: true, localEndpoint: { serviceName: 'orders' } },
  ]);
  expect(spans).toEqual([
    {
      traceId: '463ac35c9f6413ad',
      span: {
        service: 'edge',
        name: 'egress',
        kind: 'CLIENT',
        spanId: 'a2fb4a1d1a96d312',
        parentSpanId: '0020000000000001',
        startMs: 1750000000000.123,
        durationMs: 1.5,
        attributes: { 'user.id': 'ada' },
      },
    },
    expect.objectContaining({
      span: expect.objectContaining({ kind: 'SERVER', service: 'orders', durationMs: 0 }),
    }),
  ]);
});

test('without kind, parent and endpoint: an unspecified root of an unknown service', () => {
  const [received] = readZipkin([{ traceId: '1'.repeat(32), id: '2'.repeat(16) }]);
  expect(received?.span).toMatchObject({
    kind: 'UNSPECIFIED',
    parentSpanId: '',
    service: 'unknown_service',
    name: '',
  });
});

test.each([
  [{}, 'body: expected a list of Zipkin v2 spans'],
  [['x'], "[0]: expected an object, got 'x'"],
  [[{ traceId: 'xyz', id: '1'.repeat(16) }], "[0].traceId: expected 16 or 32 hex digits, got 'xyz'"],
  [[{ traceId: '1'.repeat(16), id: '1' }], '[0].id: expected 16 hex digits'],
  [[{ traceId: '1'.repeat(16), id: '1'.repeat(16), tags: { a: 1 } }], '[0].tags.a: expected text, got 1'],
  [
    [{ traceId: '1'.repeat(16), id: '1'.repeat(16), timestamp: 1.5 }],
    '[0].timestamp: expected a non-negative integer',
  ],
])('%j is refused', (body, reason) => {
  expect(() => readZipkin(body)).toThrow(reason);
});
