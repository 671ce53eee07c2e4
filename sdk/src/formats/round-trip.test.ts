import { expect, it } from 'vitest';
import { randomFrom, randomHeaders } from '../../test/random-headers.ts';
import { CARRIED, type CarriedContext } from '../context.ts';
import { extractFrom } from '../inbound/extract.ts';
import { type MeshspanOptions, resolveOptions } from '../options.ts';
import { type HeaderAccess, injectInto } from '../outbound/inject.ts';
import type { IncomingHeaders } from './incoming-headers.ts';

const INPUTS = 1_000_000;

type Headers = Record<string, string>;

const record: HeaderAccess<Headers> = {
  get: (headers, name) => headers[name],
  set(headers, name, value) {
    headers[name] = value;
  },
};

const SETTINGS = [...[undefined, ['w3c', 'b3', 'b3multi'], ['b3multi', 'w3c'], ['b3']]].map((propagation) =>
  resolveOptions((propagation && { propagation }) as MeshspanOptions | undefined),
);

function sent(context: CarriedContext): Headers {
  const headers: Headers = {};
  injectInto(context, headers, record, true);
  return headers;
}

/** The grammars once more, written as regular expressions and not by the code under test. */
const GRAMMAR: Readonly<Record<string, RegExp>> = {
  traceparent: /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/,
  tracestate: /^[\t ,]*([a-z0-9][a-z0-9_\-*/@]{0,255}=[ -+\--<>-~]{0,255}[!-+\--<>-~][\t ]*(,[\t ,]*|$))+$/,
  b3: /^([01d]|(?!0+-)([0-9a-f]{16}|[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}(-[01d])?(-(?!0{16})[0-9a-f]{16})?)$/,
  'x-b3-traceid': /^(?!0+$)([0-9a-f]{16}|[0-9a-f]{32})$/,
  'x-b3-spanid': /^(?!0+$)[0-9a-f]{16}$/,
  'x-b3-parentspanid': /^(?!0+$)[0-9a-f]{16}$/,
  'x-b3-sampled': /^[01]$/,
  'x-b3-flags': /^1$/,
  baggage: /^[!-~]([\t -~]{0,8190}[!-~])?$/,
  'x-request-id': /^[ -~\x80-\xff]{1,256}$/,
  'x-user-id': /^[ -~\x80-\xff]{1,256}$/,
};

/** What is wrong with headers that go out; undefined where nothing is. */
function fault(headers: Headers): string | undefined {
  for (const [name, value] of Object.entries(headers)) {
    if (GRAMMAR[name]?.test(value) !== true) return `${name} breaks its grammar`;
  }
  if ((headers.baggage?.split(',').length ?? 0) > 64) return 'more than 64 members of baggage';
  if (headers.tracestate !== undefined && headers.traceparent === undefined) return 'tracestate alone';
  const [, w3cTrace, w3cSpan, flags] = headers.traceparent?.split('-') ?? [];
  const [b3Trace, b3Span, b3State] =
    headers.b3 !== undefined && headers.b3.length > 1 ? headers.b3.split('-') : [];
  const traces = [w3cTrace, b3Trace?.padStart(32, '0'), headers['x-b3-traceid']?.padStart(32, '0')];
  if (new Set(traces.filter(Boolean)).size > 1) return 'two traces';
  if (new Set([w3cSpan, b3Span, headers['x-b3-spanid']].filter(Boolean)).size > 1) return 'two spans';
  const isSampled = flags === undefined ? undefined : Number(flags) & 1;
  if (isSampled === 0 && (b3State === '1' || b3State === 'd' || headers['x-b3-sampled'] === '1'))
    return 'two decisions';
  if (isSampled === 1 && (b3State === '0' || headers['x-b3-sampled'] === '0')) return 'two decisions';
  if (headers['x-b3-flags'] !== undefined && headers['x-b3-sampled'] !== undefined)
    return 'debug and sampled';
  return undefined;
}

/** Whether trace and span that go out stood in one header, or pair of headers, that came in. */
function cameTogether(came: IncomingHeaders, { traceparent, b3, ...multi }: Headers): boolean {
  const [trace, span] =
    traceparent?.slice(3).split('-') ??
    (b3 !== undefined && b3.length > 1 ? b3.split('-') : [multi['x-b3-traceid'], multi['x-b3-spanid']]);
  if (trace === undefined) return true;
  const pair = `${trace.replace(/^0{16}/, '')}-${span}`;
  const pairs = [came.traceparent, came.b3, `${came['x-b3-traceid']}-${came['x-b3-spanid']}`];
  return pairs.some((text) => text?.includes(pair));
}

it(`${INPUTS} requests: nothing throws, what goes out is right, and reads as what was sent`, {
  timeout: 1_200_000,
}, () => {
  const seed = (Math.random() * 2 ** 32) >>> 0;
  const random = randomFrom(seed);
  let traced = 0;
  let silent = 0;
  for (let input = 0; input < INPUTS; input++) {
    const headers: IncomingHeaders = randomHeaders(random);
    const settings = SETTINGS[input % SETTINGS.length] as (typeof SETTINGS)[number];
    const told = (): string => `seed ${seed}, input ${input}: ${JSON.stringify(headers)}`;
    let first: Headers;
    let again: Headers;
    try {
      const context = extractFrom(headers, [], settings, 'accept');
      first = sent(context);
      const next = extractFrom(first, [], settings, 'accept');
      again = sent(next);
      if (context.trace !== undefined && next[CARRIED].received.length === 0) expect.fail(`lost: ${told()}`);
    } catch (error) {
      throw new Error(told(), { cause: error });
    }
    const wrong = fault(first);
    if (wrong !== undefined) expect.fail(`${wrong}: ${JSON.stringify(first)} from ${told()}`);
    if (!cameTogether(headers, first))
      expect.fail(`half of one trace: ${JSON.stringify(first)}, from ${told()}`);
    if (JSON.stringify(again) !== JSON.stringify(first)) {
      expect.fail(`${JSON.stringify(first)} reads as ${JSON.stringify(again)}, from ${told()}`);
    }
    if (first.traceparent !== undefined || first['x-b3-traceid'] !== undefined) traced++;
    else if (Object.keys(first).length === 0) silent++;
  }
  // Both ends of the range are reached: whole traces, and requests of which nothing can go on.
  expect(traced).toBeGreaterThan(INPUTS / 4);
  expect(silent).toBeGreaterThan(INPUTS / 1000);
});
