import { createServer, type RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FRAMEWORKS } from '../../test/frameworks.ts';
import { listen } from '../../test/servers.ts';
import type { MeshspanOptions } from '../options.ts';
import { meshspan } from './http.ts';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const METRIC = `trace;desc=${TRACEPARENT}`;
const OPTIONS: MeshspanOptions = { serverTiming: true };

async function headersOf(url: string, traceparent?: string): Promise<Headers> {
  return (await fetch(url, { headers: traceparent === undefined ? {} : { traceparent } })).headers;
}

describe.each(FRAMEWORKS)('%s', (_framework, start) => {
  it('tells a browser its trace, where that is asked for', async () => {
    const told = await start(OPTIONS, () => 'hello');
    expect((await headersOf(told, TRACEPARENT)).get('server-timing')).toBe(METRIC);
    expect((await headersOf(told)).get('server-timing')).toBe(null);
    const silent = await start(undefined, () => 'hello');
    expect((await headersOf(silent, TRACEPARENT)).get('server-timing')).toBe(null);
  });
});

describe('what a handler has set of its own', () => {
  it.each<[string, RequestListener, string]>([
    [
      'by setHeader',
      (_, response) => response.setHeader('Server-Timing', 'db;dur=53').end(),
      `db;dur=53, ${METRIC}`,
    ],
    [
      'by appendHeader, twice',
      (_, response) => response.appendHeader('server-timing', 'a').appendHeader('server-timing', 'b').end(),
      `a, b, ${METRIC}`,
    ],
    [
      'in writeHead, as an object',
      (_, response) => response.writeHead(200, { 'Server-Timing': 'db;dur=53' }).end(),
      `db;dur=53, ${METRIC}`,
    ],
    [
      'in writeHead, as an object with a reason',
      (_, response) => response.writeHead(200, 'Fine', { 'server-timing': ['a', 'b'] }).end(),
      `a, b, ${METRIC}`,
    ],
    [
      'in writeHead, as an array',
      (_, response) => response.writeHead(200, ['Server-Timing', 'db', 'x-other', '1']).end(),
      `db, ${METRIC}`,
    ],
    [
      'before writeHead, which names other headers',
      (_, response) => response.setHeader('server-timing', 'db').writeHead(200, { 'x-other': '1' }).end(),
      `db, ${METRIC}`,
    ],
    [
      'a trace, which stays alone',
      (_, response) => response.setHeader('server-timing', 'trace;desc=own').end(),
      'trace;desc=own',
    ],
    [
      'a name that only begins so',
      (_, response) => response.setHeader('server-timing', 'tracer').end(),
      `tracer, ${METRIC}`,
    ],
    [
      'nothing, and a body in parts',
      (_, response) => {
        response.write('a');
        response.end('b');
      },
      METRIC,
    ],
  ])('%s', async (_name, listener, expected) => {
    const service = await listen(createServer(meshspan(listener, OPTIONS)));
    expect((await headersOf(service, TRACEPARENT)).get('server-timing')).toBe(expected);
  });

  it('keeps several cookies that writeHead is given in an array', async () => {
    const listener: RequestListener = (_, response) =>
      response.writeHead(200, ['set-cookie', 'a=1', 'set-cookie', 'b=2']).end();
    const service = await listen(createServer(meshspan(listener, OPTIONS)));
    const headers = await headersOf(service, TRACEPARENT);
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(headers.get('server-timing')).toBe(METRIC);
  });
});
