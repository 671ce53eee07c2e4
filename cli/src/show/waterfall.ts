import { styleText } from 'node:util';
import { type OrderedSpan, orderSpans } from '../collector/order.ts';
import type { Span, Trace } from '../collector/trace.ts';
import { drawBar } from './bar.ts';
import { countColumns, cutToColumns, fitToColumns, makeVisible } from './columns.ts';
import { count, explainOrphan, formatDuration, hasFailed, measure } from './facts.ts';
import { cutGuide, drawGuides, type Guide } from './guides.ts';

export interface WaterfallOptions {
  /** Columns of the terminal; less than 40 is taken as 40, none as 80. No line is wider. */
  readonly width: number;
  /** Whether to write colours; the caller knows whether it writes to a terminal, and NO_COLOR. */
  readonly colour: boolean;
  /** Keys of the attributes to show below each span that has them, in this order. */
  readonly highlight: readonly string[];
}

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;
type Paint = (style: Style | Style[], text: string) => string;

/** The columns of a span's line. */
interface Layout {
  readonly label: number;
  readonly kind: number;
  readonly bar: number;
  readonly duration: number;
}

/** A piece of a line as it is written, and the columns it takes without its colours. */
interface Piece {
  readonly text: string;
  readonly columns: number;
}

const GAP = '  ';
const SERVICE_STYLES: readonly Style[] = ['cyan', 'magenta', 'blue', 'green', 'cyanBright', 'magentaBright'];

/**
 * A trace as lines for a terminal, without a line break at the end: a head with id, counts and total duration,
 * then for each span its place in the tree, service, name, kind, bar on the shared time axis, duration and
 * highlighted attributes. Orphans say which parent is missing. Nothing in a span can steer the terminal.
 */
export function renderWaterfall(trace: Trace, { width, colour, highlight }: WaterfallOptions): string {
  // By itself styleText asks whether standard output is a terminal; here the caller has decided.
  const paint: Paint = (style, text) =>
    colour && text ? styleText(style, text, { validateStream: false }) : text;
  // A stream that is no terminal has no width.
  const columns = Math.max(40, Math.floor(width) || 80);
  const half = columns >> 1;
  const rows = orderSpans(trace.spans);
  const guides = drawGuides(rows);
  const facts = measure(trace);
  const layout = chooseLayout(rows, guides, facts.totalMs, columns);

  const lines = renderHead(trace, rows, facts, columns, paint);
  if (rows.length > 0) lines.push(paint('dim', drawAxis(layout, facts.totalMs)));
  for (const [index, { span, orphan }] of rows.entries()) {
    const { first, next } = guides[index] as Guide;
    const style = SERVICE_STYLES[facts.services.indexOf(span.service) % SERVICE_STYLES.length] as Style;
    lines.push(
      [
        renderLabel(span, first, layout.label, style, paint),
        paint('dim', span.kind.padEnd(layout.kind)),
        paint(hasFailed(span) ? 'red' : style, drawBar(facts.stretch(span), layout.bar)),
        formatDuration(span.durationMs).padStart(layout.duration),
      ].join(GAP),
    );
    const notes = highlight.flatMap((key) => renderAttribute(span, key, half, paint));
    if (orphan) notes.unshift(renderOrphan(span, facts.hasSpan(span.parentSpanId), half, paint));
    const indent = cutGuide(next, half);
    for (const line of wrap(notes, columns - indent.length)) lines.push(paint('dim', indent) + line);
  }
  return lines.join('\n');
}

/** Labels as wide as they need to be, but the bars keep two fifths of what kinds and durations leave. */
function chooseLayout(
  rows: readonly OrderedSpan[],
  guides: readonly Guide[],
  totalMs: number,
  columns: number,
): Layout {
  const labels = rows.map(
    ({ span }, index) => (guides[index]?.first.length ?? 0) + countColumns(labelOf(span)),
  );
  const durations = rows.map(({ span }) => formatDuration(span.durationMs).length);
  const kind = rows.reduce((widest, { span }) => Math.max(widest, span.kind.length), 0);
  const duration = durations.reduce((widest, one) => Math.max(widest, one), formatDuration(totalMs).length);
  const room = columns - kind - duration - 3 * GAP.length;
  const label = labels.reduce((widest, one) => Math.max(widest, Math.min(one, Math.floor(room * 0.6))), 0);
  return { label, kind, bar: room - label, duration };
}

function renderHead(
  { traceId, spans }: Trace,
  rows: readonly OrderedSpan[],
  facts: ReturnType<typeof measure>,
  columns: number,
  paint: Paint,
): string[] {
  const id = cutToColumns(makeVisible(traceId), columns - 6);
  const orphans = rows.filter((row) => row.orphan).length;
  const counts = [
    count(spans.length, 'span'),
    count(facts.services.length, 'service'),
    formatDuration(facts.totalMs),
  ];
  const pieces = [
    { text: `${paint('dim', 'Trace')} ${paint('bold', id)}`, columns: 6 + countColumns(id) },
    ...counts.map((text) => ({ text, columns: text.length })),
  ];
  if (orphans > 0) {
    const text = count(orphans, 'orphan');
    pieces.push({ text: paint('red', text), columns: text.length });
  }
  return wrap(pieces, columns, ' · ');
}

/** The line above the bars: 0 where they begin, the total where they end. */
function drawAxis({ label, kind, bar }: Layout, totalMs: number): string {
  const end = formatDuration(totalMs);
  return (
    ' '.repeat(label + kind + 2 * GAP.length) + (bar > end.length + 1 ? `0${end.padStart(bar - 1)}` : '0')
  );
}

function renderLabel(span: Span, guide: string, columns: number, style: Style, paint: Paint): string {
  const shown = cutGuide(guide, columns >> 1);
  const label = fitToColumns(labelOf(span), columns - shown.length);
  const service = makeVisible(span.service);
  // A service name that was cut itself is all that there is.
  const rest = label.startsWith(service) ? label.slice(service.length) : '';
  return paint('dim', shown) + paint(['bold', style], label.slice(0, label.length - rest.length)) + rest;
}

function labelOf(span: Span): string {
  return `${makeVisible(span.service)}  ${makeVisible(span.name)}`;
}

/** `key=value` in at most `room` columns, so that one long value does not push the others out of sight. */
function renderAttribute(span: Span, key: string, room: number, paint: Paint): Piece[] {
  if (!Object.hasOwn(span.attributes, key)) return [];
  const name = `${cutToColumns(makeVisible(key), room >> 1)}=`;
  const value = cutToColumns(makeVisible(String(span.attributes[key])), room - countColumns(name));
  return [{ text: paint('dim', name) + paint('yellow', value), columns: countColumns(name + value) }];
}

function renderOrphan(span: Span, hasParent: boolean, room: number, paint: Paint): Piece {
  const text = cutToColumns(makeVisible(explainOrphan(span, hasParent)), room);
  return { text: paint('red', text), columns: countColumns(text) };
}

/** Pieces on as few lines as they need, none of them broken, with `between` between two on a line. */
function wrap(pieces: readonly Piece[], columns: number, between: string = GAP): string[] {
  const lines: Piece[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    const joined = last ? last.columns + between.length + piece.columns : 0;
    if (last && joined <= columns)
      lines[lines.length - 1] = { text: last.text + between + piece.text, columns: joined };
    else lines.push(piece);
  }
  return lines.map((line) => line.text);
}
