import { context, trace } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { startTracing } from '../../test/opentelemetry.ts';
import { getJson, serve } from '../../test/servers.ts';
import { TracePropagator } from '../otel/index.ts';
import {
  assertPropagates,
  checkPropagation,
  type PropagationCheck,
  startDownstream,
  VECTORS,
} from './index.ts';

async function downstreamUntilEnd() {
  const downstream = await startDownstream({ left: 7 });
  onTestFinished(() => downstream.close());
  return downstream;
}

/** A service that copies the headers by hand, as many do. */
async function serveCopying(names: readonly string[], change = (value: string) => value) {
  const downstream = await downstreamUntilEnd();
  const url = await serve(async (request, response) => {
    const came = Object.entries(request.headersDistinct).filter(([name]) => names.includes(name));
    const copied = came.map(([name, [value = ''] = []]) => [name, change(value)]);
    await getJson(downstream.url, Object.fromEntries(copied));
    response.end('null');
  });
  return { url, downstream };
}

describe.each(FRAMEWORKS)('%s', (_framework, start) => {
  it('propagates every vector, in forward and child mode, in the formats that came and in others', async () => {
    const downstream = await downstreamUntilEnd();
    for (const mode of ['forward', 'child'] as const) {
      for (const propagation of [undefined, ['w3c'], ['b3multi', 'b3', 'w3c']] as const) {
        const options = propagation === undefined ? { mode } : { mode, propagation };
        const url = await start(options, () => getJson(downstream.url));
        await assertPropagates({ url, downstream, ...options });
      }
    }
  });
});

it('tells of a service whose OpenTelemetry spans have lost their parent', async () => {
  startTracing({ propagator: new TracePropagator() });
  const downstream = await downstreamUntilEnd();
  const [, start] = FRAMEWORKS[1] ?? expect.fail('no framework');
  const url = await start(undefined, () => {
    const span = trace.getTracer('test').startSpan('call');
    return context.with(trace.setSpan(context.active(), span), () => getJson(downstream.url));
  });
  // A span without a remote parent starts a trace of its own: each vector with a trace is told as lost.
  const findings = await checkPropagation({ url, downstream, mode: 'child' });
  const lost = VECTORS.filter(({ expected }) => expected.traceId !== null).map(({ name }) => name);
  expect(findings.map(({ vector }) => vector)).toEqual(expect.arrayContaining(lost));
});

it('tells what a service gets wrong that copies headers by hand', async () => {
  const names = [
    'traceparent',
    'tracestate',
    'b3',
    'x-b3-traceid',
    'x-b3-spanid',
    'x-b3-sampled',
    'x-user-id',
  ];
  const findings = await checkPropagation(await serveCopying(names));
  expect(findings.map(({ vector }) => vector)).toEqual(
    expect.arrayContaining([
      'a bad traceparent takes tracestate with it',
      'two traceparents restart the trace',
      'a malformed b3 is not sent on',
      'x-b3-flags 1 is debug',
      'x-request-id is sent on unchanged',
      'two users are nobody',
    ]),
  );
  expect(findings.map(({ vector }) => vector)).not.toContain('a sampled traceparent');
});

it('tells of a service that changes ids, or makes no call at all', async () => {
  const changing = await serveCopying(['traceparent'], (value) => value.replace(/-0[01]$/, '-00'));
  const [sampled] = VECTORS;
  const vectors = sampled === undefined ? [] : [sampled];
  expect(await checkPropagation({ ...changing, vectors })).toEqual([
    { ...{ vector: sampled?.name, rule: sampled?.rule }, expected: 'accept', got: 'deny' },
    {
      ...{ vector: sampled?.name, rule: sampled?.rule },
      expected: 'tracestate: vendor=opaque,other=1',
      got: 'undefined',
    },
  ]);
  const downstream = await downstreamUntilEnd();
  const silent = {
    url: await serve((_request, response) => response.writeHead(503).end()),
    downstream,
    vectors,
  };
  await expect(assertPropagates(silent)).rejects.toMatchObject({
    code: 'MESHSPAN_ERR_NOT_PROPAGATED',
    message: expect.stringContaining('got none; the service answered 503'),
  });
});

it.each([
  [{ modes: 'child' }, 'MESHSPAN_ERR_OPTIONS'],
  [{ mode: 'auto' }, 'MESHSPAN_ERR_MODE'],
  [{ propagation: ['w3'] }, 'MESHSPAN_ERR_PROPAGATION'],
])('refuses %j, with which it would look for something else', async (mistake, code) => {
  const check = { url: 'http://127.0.0.1:9', downstream: await downstreamUntilEnd(), ...mistake };
  await expect(checkPropagation(check as PropagationCheck)).rejects.toMatchObject({ code });
});

it('names each vector once, with the rule it keeps', () => {
  expect(new Set(VECTORS.map(({ name }) => name)).size).toBe(VECTORS.length);
  for (const { rule } of VECTORS) expect(rule).toMatch(/^https:\/\/\S+#\S+$/);
});
