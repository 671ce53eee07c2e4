import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type Collector, type CollectorOptions, startCollector } from './server.ts';
import { encodeOtlp, TRACE_ID } from './span-fixture.ts';

let collector: Collector;
afterEach(() => collector.close());

const start = async (options?: CollectorOptions) => {
  collector = await startCollector(options);
};
const post = (path: string, type: string, body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
  fetch(collector.url + path, { method: 'POST', body, headers: { 'content-type': type, ...headers } });
const postOtlp = (body: Uint8Array<ArrayBuffer>, headers = {}) =>
  post('/v1/traces', 'application/x-protobuf', body, headers);
const numbered = (n: number) => Buffer.from(n.toString(16).padStart(32, '0'), 'hex');

test('OTLP protobuf: kept, and answered with an empty protobuf message', async () => {
  await start();
  const response = await postOtlp(encodeOtlp('edge', [{ name: 'GET /' }]));
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-protobuf']);
  expect((await response.arrayBuffer()).byteLength).toBe(0);
  expect(collector.traces()).toEqual([collector.trace(TRACE_ID.toUpperCase())]);
  expect(collector.trace(TRACE_ID)?.spans).toMatchObject([{ service: 'edge', name: 'GET /' }]);
});

test('OTLP protobuf packed with gzip', async () => {
  await start();
  const packed = Uint8Array.from(gzipSync(encodeOtlp('edge', [{}])));
  expect((await postOtlp(packed, { 'content-encoding': 'gzip' })).status).toBe(200);
  expect(collector.trace(TRACE_ID)?.spans).toHaveLength(1);
});

test('OTLP JSON is answered with {}', async () => {
  await start();
  const spans = [{ traceId: TRACE_ID, spanId: 'b7ad6b7169203331' }];
  const response = await post(
    '/v1/traces',
    'application/json',
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  );
  expect([response.status, await response.text()]).toEqual([200, '{}']);
  expect(collector.trace(TRACE_ID)?.spans).toHaveLength(1);
});

test('Zipkin JSON, also with a charset', async () => {
  await start();
  const body = JSON.stringify([{ traceId: TRACE_ID, id: 'b7ad6b7169203331', name: 'ingress' }]);
  expect((await post('/api/v2/spans', 'application/json; charset=utf-8', body)).status).toBe(202);
  expect(collector.trace(TRACE_ID)?.spans).toMatchObject([{ name: 'ingress' }]);
});

test('an export sent twice is kept once; client and server of one id are two; the earliest comes first', async () => {
  await start();
  const spans = [
    { kind: 2, name: 'later', startTimeUnixNano: '2000000' },
    { kind: 3, name: 'earlier', startTimeUnixNano: '1000000' },
  ];
  await postOtlp(encodeOtlp('edge', spans));
  await postOtlp(encodeOtlp('edge', spans));
  expect(collector.trace(TRACE_ID)?.spans.map((span) => span.name)).toEqual(['earlier', 'later']);
});

test.each([
  ['/v1/traces', 'application/x-protobuf', 'not protobuf', 400, 'ExportTraceServiceRequest'],
  ['/v1/traces', 'application/json', '{"resourceSpans":', 400, 'expected JSON'],
  [
    '/v1/traces',
    'application/json',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    400,
    'expected an object',
  ],
  [
    '/v1/traces',
    'text/plain',
    'x',
    415,
    'expected application/x-protobuf or application/json, got text/plain',
  ],
  ['/v1/traces', 'constructor', 'x', 415, 'got constructor'],
  ['/api/v2/spans', 'application/x-protobuf', 'x', 415, 'expected application/json'],
  ['/api/v2/spans', 'application/json', '{}', 400, 'expected a list'],
  [
    '/elsewhere',
    'application/json',
    '[]',
    404,
    '/v1/traces (OTLP) or /api/v2/spans (Zipkin), got /elsewhere',
  ],
])('POST %s as %s with a bad body: %s', async (path, type, body, status, reason) => {
  await start();
  const response = await post(path, type, body);
  expect(response.status).toBe(status);
  expect(await response.text()).toContain(reason);
  expect(collector.traces()).toEqual([]);
});

test('a request with one bad span is refused whole', async () => {
  await start();
  expect((await postOtlp(encodeOtlp('edge', [{}, { spanId: new Uint8Array(3) }]))).status).toBe(400);
  expect(collector.traces()).toEqual([]);
});

test('an error to OTLP protobuf is itself protobuf: a Status with its message in field 2', async () => {
  await start();
  const response = await postOtlp(Uint8Array.from([0xff]));
  const body = Buffer.from(await response.arrayBuffer());
  expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/x-protobuf']);
  expect([body[0], body[1]]).toEqual([(2 << 3) | 2, body.length - 2]);
});

test('another method is told which is allowed', async () => {
  await start();
  const response = await fetch(`${collector.url}/v1/traces`);
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
});

test('bodies over the limit, packed or not, with a length or in chunks: 413, and the next one is taken', async () => {
  await start({ maxBodyBytes: 1000 });
  expect((await postOtlp(new Uint8Array(1001))).status).toBe(413);
  const bomb = Uint8Array.from(gzipSync(new Uint8Array(100_000)));
  expect(bomb.length).toBeLessThan(1000);
  expect((await postOtlp(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);

  const chunked = request(`${collector.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
  });
  for (let n = 0; n < 10; n++) chunked.write(new Uint8Array(200));
  chunked.end();
  const [response] = await once(chunked, 'response');
  expect(response.statusCode).toBe(413);
  response.resume();

  expect((await postOtlp(encodeOtlp('edge', [{}]))).status).toBe(200);
});

test('gzip that is none, and an encoding that is not known', async () => {
  await start();
  expect((await postOtlp(encodeOtlp('edge', [{}]), { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await postOtlp(encodeOtlp('edge', [{}]), { 'content-encoding': 'br' })).status).toBe(415);
});

test('a sender that hangs up in the middle does no harm', async () => {
  await start();
  const socket = connect(collector.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 99\r\n\r\nab',
  );
  socket.destroy();
  await once(socket, 'close');
  expect((await postOtlp(encodeOtlp('edge', [{}]))).status).toBe(200);
});

test('beyond the limit of traces the oldest go, and are counted', async () => {
  await start({ maxTraces: 2 });
  await postOtlp(
    encodeOtlp(
      'edge',
      [1, 2, 3, 4, 5].map((n) => ({ traceId: numbered(n) })),
    ),
  );
  expect(collector.traces().map((trace) => Number(`0x${trace.traceId}`))).toEqual([4, 5]);
  expect(collector.droppedTraces).toBe(3);
});

test('one trace that grows without end is bounded too', async () => {
  await start({ maxSpans: 3 });
  const spans = [1, 2, 3, 4].map((n) => ({ spanId: numbered(n).subarray(8) }));
  await postOtlp(encodeOtlp('edge', [...spans, { traceId: numbered(1) }]));
  expect(collector.traces().map((trace) => trace.traceId)).toEqual([numbered(1).toString('hex')]);
  expect(collector.droppedTraces).toBe(1);
});

test('clear forgets, and the limits count anew', async () => {
  await start({ maxSpans: 2 });
  const two = [1, 2].map((n) => ({ traceId: numbered(n) }));
  await postOtlp(encodeOtlp('edge', two));
  collector.clear();
  expect(collector.traces()).toEqual([]);
  await postOtlp(encodeOtlp('edge', two));
  expect(collector.traces()).toHaveLength(2);
});

test('a taken port', async () => {
  await start();
  await expect(startCollector({ port: collector.port })).rejects.toMatchObject({
    code: 'MESHSPAN_ERR_PORT_TAKEN',
    message: expect.stringMatching(new RegExp(`port ${collector.port} to be free.*--port`, 's')),
  });
});

test('a port that is none', async () => {
  await start();
  await expect(startCollector({ port: 70_000 })).rejects.toMatchObject({
    code: 'MESHSPAN_ERR_OPTION_INVALID',
  });
});

test('close ends connections that are kept alive', async () => {
  await start();
  const socket = connect(collector.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const ended = once(socket, 'close');
  await collector.close();
  await ended;
  await expect(fetch(collector.url)).rejects.toThrow();
});
