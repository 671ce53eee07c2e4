import { assert, constantFrom, oneof, option, property, record, string, uint8Array } from 'fast-check';
import { describe, it } from 'vitest';
import { appendB3Multi, formatB3Single, parseB3Multi, parseB3Single } from './b3.ts';
import { checkHeaderValue, MAX_VALUE_LENGTH } from './header-value.ts';
import type { SamplingState, TraceContext } from './trace-context.ts';
import { formatTraceparent, parseTraceparent, parseTracestate } from './w3c.ts';

const RUNS = { numRuns: 20_000 };

function id(bytes: number) {
  return uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((value) => value.some((byte) => byte !== 0))
    .map((value) => Buffer.from(value).toString('hex'));
}

const states = constantFrom<SamplingState>('accept', 'deny', 'debug', 'defer');
const b3Traces = record<TraceContext>({
  traceId: oneof(id(16), id(8)),
  spanId: id(8),
  parentSpanId: option(id(8), { nil: undefined }),
  sampling: states,
  random: constantFrom(false),
  traceState: constantFrom(undefined),
});

/** Any text, and text that is nearly right: a good header with one character changed, added or left out. */
const good = oneof(
  b3Traces.map((trace) => formatTraceparent(trace)),
  b3Traces.map((trace) => formatB3Single(trace) as string),
  constantFrom('foo=1,bar=2', ' a@b=c ,, d=e', '1', 'd', 'true'),
);
const nearly = record({
  text: good,
  at: uint8Array({ minLength: 1, maxLength: 1 }),
  put: string({ maxLength: 2 }),
}).map(({ text, at, put }) => {
  const index = (at[0] as number) % (text.length + 1);
  return text.slice(0, index) + put + text.slice(index + 1);
});
const anything = oneof(string({ unit: 'binary', maxLength: 600 }), nearly, good);

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe('parse(format(x)) = x', { timeout: 60_000 }, () => {
  it('traceparent, for what it can spell', () => {
    const traces = record<TraceContext>({
      traceId: id(16),
      spanId: id(8),
      parentSpanId: constantFrom(undefined),
      sampling: constantFrom('accept', 'deny'),
      random: constantFrom(true, false),
      traceState: constantFrom(undefined),
    });
    assert(
      property(traces, (trace) => same(parseTraceparent(formatTraceparent(trace)), trace)),
      RUNS,
    );
  });

  it('b3', () => {
    assert(
      property(b3Traces, (trace) => same(parseB3Single(formatB3Single(trace) as string), trace)),
      RUNS,
    );
  });

  it('x-b3-*', () => {
    const parsed = property(b3Traces, (trace) => {
      const list: string[] = [];
      appendB3Multi(trace, list);
      const value = (name: string) => (list.includes(name) ? list[list.indexOf(name) + 1] : undefined);
      const again = parseB3Multi({
        traceId: value('x-b3-traceid'),
        spanId: value('x-b3-spanid'),
        parentSpanId: value('x-b3-parentspanid'),
        sampled: value('x-b3-sampled'),
        flags: value('x-b3-flags'),
      });
      return same(again, trace);
    });
    assert(parsed, RUNS);
  });
});

describe('whatever comes, nothing throws, and what goes out parses to the same', { timeout: 60_000 }, () => {
  it('traceparent', () => {
    const stable = property(anything, (value) => {
      const trace = parseTraceparent(value);
      return trace === undefined || same(parseTraceparent(formatTraceparent(trace)), trace);
    });
    assert(stable, RUNS);
  });

  it('tracestate', () => {
    const stable = property(anything, (value) => {
      const state = parseTracestate(value);
      return state === undefined || (state === value && /^[\t\x20-\x7e]*$/.test(value));
    });
    assert(stable, RUNS);
  });

  it('b3', () => {
    const stable = property(anything, (value) => {
      const context = parseB3Single(value);
      return context === undefined || formatB3Single(context) === value;
    });
    assert(stable, RUNS);
  });

  it('x-b3-*', () => {
    const any = option(anything, { nil: undefined });
    const headers = record({ traceId: any, spanId: any, parentSpanId: any, sampled: any, flags: any });
    const safe = property(headers, (five) => {
      const context = parseB3Multi(five);
      const list: string[] = [];
      if (context !== undefined) appendB3Multi(context, list);
      return list.every((entry) => /^[a-z0-9-]+$/.test(entry));
    });
    assert(safe, RUNS);
  });

  it('identity and request id', () => {
    const safe = property(oneof(anything, string({ maxLength: 300 })), (value) => {
      const fits = /^[\x20-\x7e\x80-\xff]+$/.test(value) && value.length <= MAX_VALUE_LENGTH;
      return checkHeaderValue('x-user-id', value) === (fits ? value : undefined);
    });
    assert(safe, RUNS);
  });
});
