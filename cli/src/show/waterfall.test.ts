import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { makeSpan, TRACE_ID } from '../collector/span-fixture.ts';
import type { Span, Trace } from '../collector/trace.ts';
import { countColumns } from './columns.ts';
import { renderWaterfall } from './waterfall.ts';

const HIGHLIGHT = ['user.id', 'tenant.id', 'cluster'];
const START = 1_750_000_000_000;
const id = (short: string) => short.padStart(16, '0');
const identity = { 'user.id': 'ada', 'tenant.id': 'acme', cluster: 'eu-1' };
const render = (spans: readonly Span[], width: number, colour = false) =>
  renderWaterfall({ traceId: TRACE_ID, spans }, { width, colour, highlight: HIGHLIGHT });

const orders: Trace['spans'] = [
  makeSpan('1', { name: 'GET /orders/{id}', durationMs: 16, attributes: identity }),
  makeSpan('2', {
    name: 'to orders',
    kind: 'CLIENT',
    parentSpanId: id('1'),
    startMs: START + 2,
    durationMs: 12,
    attributes: { ...identity, 'http.method': 'GET' },
  }),
  makeSpan('3', {
    service: 'orders',
    name: 'handle',
    parentSpanId: id('2'),
    startMs: START + 4,
    durationMs: 8,
  }),
  makeSpan('4', {
    name: 'log',
    kind: 'INTERNAL',
    parentSpanId: id('1'),
    startMs: START + 15.9,
    durationMs: 0.1,
  }),
];

const hostile: Trace['spans'] = [
  makeSpan('1', {
    name: 'GET /\x1b[31m\x1b]0;title\x07',
    attributes: {
      'user.id': 'a\nb\r\x1b[2J',
      'tenant.id': '\u202e'.repeat(5000),
      cluster: '東京'.repeat(300),
    },
  }),
  makeSpan('2', {
    service: '配送サービス'.repeat(20),
    name: 'שלום'.repeat(90),
    kind: 'UNSPECIFIED',
    parentSpanId: id('1'),
    startMs: START - 1e12,
    durationMs: 3,
    attributes: { 'user.id': '👩‍💻❤️', 'tenant.id': `Z${'\u0300'.repeat(9000)}` },
  }),
  makeSpan('3', { name: '', service: '', parentSpanId: 'not hex \x1b[1m' }),
  makeSpan('4', { parentSpanId: id('5') }),
  makeSpan('5', { parentSpanId: id('4') }),
];

test('80 columns, as they look', () => {
  expect(`\n${render(orders, 80)}\n`).toBe(`
Trace ${TRACE_ID} · 4 spans · 2 services · 16 ms
                                  0                                16 ms
edge  GET /orders/{id}  SERVER    ██████████████████████████████████████   16 ms
│ user.id=ada  tenant.id=acme  cluster=eu-1
├ edge  to orders       CLIENT        ▕████████████████████████████▎       12 ms
│ │ user.id=ada  tenant.id=acme  cluster=eu-1
│ └ orders  handle      SERVER             ▐██████████████████▌             8 ms
└ edge  log             INTERNAL                                       ▕  0.1 ms
`);
});

test.each([40, 41, 80, 100, 140])(
  'at %i columns every span line ends at the edge, and no line is wider',
  (width) => {
    const lines = render(orders, width).split('\n');
    for (const line of lines) expect(countColumns(line)).toBeLessThanOrEqual(width);
    expect(lines.filter((line) => / ms$/.test(line) && countColumns(line) === width)).toHaveLength(
      orders.length,
    );
  },
);

test.each([1, 40, 79, 80, 100, 140])(
  'hostile values at %i columns: no control character, no line too wide',
  (width) => {
    const rendered = render(hostile, width);
    expect(rendered.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    for (const line of rendered.split('\n'))
      expect(countColumns(line)).toBeLessThanOrEqual(Math.max(40, width));
    expect(rendered.length).toBeLessThan(12_000);
  },
);

test('control characters of a header are shown, not sent', () => {
  expect(render(hostile, 140)).toContain('user.id=a\\nb\\x0d\\x1b[2J');
});

test('colours are asked for, and change nothing but colours', () => {
  const coloured = render(orders, 100, true);
  expect(coloured).toContain('\x1b[33mada\x1b[39m');
  expect(stripVTControlCharacters(coloured)).toBe(render(orders, 100));
});

test('an orphan is flagged in red with the parent it misses, and counted', () => {
  const lost = makeSpan('7', { parentSpanId: 'abcdefabcdefabcd', attributes: identity });
  const coloured = render([...orders, lost], 100, true);
  expect(coloured).toContain('\x1b[31mparent abcdefabcdefabcd is missing\x1b[39m');
  expect(coloured).toContain('\x1b[31m1 orphan\x1b[39m');
});

test('a failed span has a red bar', () => {
  const failed = makeSpan('1', { attributes: { 'http.status_code': '503' } });
  expect(render([failed], 80, true)).toContain('\x1b[31m█████');
});

test('a child whose clock is behind its parent: the axis begins with the child', () => {
  const skewed = [
    makeSpan('1', { durationMs: 10 }),
    makeSpan('2', { parentSpanId: id('1'), startMs: START - 10, durationMs: 10 }),
  ];
  const [, , parent, child] = render(skewed, 80).split('\n');
  expect(parent).toMatch(/SERVER {10,}█+ {2}10 ms$/);
  expect(child).toMatch(/SERVER {2}█+ {10,}10 ms$/);
});

test('only what is highlighted is shown, in the order asked for, and only where a span has it', () => {
  const span = makeSpan('1', { attributes: { b: 2, a: false, secret: 'x' } });
  const trace = { traceId: TRACE_ID, spans: [span] };
  const rendered = renderWaterfall(trace, { width: 80, colour: false, highlight: ['a', 'toString', 'b'] });
  expect(rendered.split('\n').at(-1)).toBe('  a=false  b=2');
});

test('a deep trace keeps its labels: only the inner levels are drawn', () => {
  const deep = Array.from({ length: 3000 }, (_, n) =>
    makeSpan((n + 1).toString(16), { parentSpanId: n === 0 ? '' : id(n.toString(16)), name: 'x' }),
  );
  const last = render(deep, 80).split('\n').at(-1) ?? '';
  expect(last).toMatch(/^… +└ edge/);
  expect(countColumns(last)).toBe(80);
});

test('a trace without spans, and an output without a width', () => {
  expect(render([], 80)).toBe(`Trace ${TRACE_ID} · 0 spans · 0 services · 0 ms`);
  expect(render(orders, Number.NaN)).toBe(render(orders, 80));
});
