import * as names from '../formats/header-names.ts';
import { findName } from './one-of-each.ts';

/** A format's word on which span calls, where its headers are in the list. */
interface Said {
  /** Index of the name of the header with the span id. */
  readonly at: number;
  readonly traceId: string;
  readonly spanId: string;
  /** The header's value with another span id. */
  write(spanId: string): string;
}

/**
 * Has all formats in a list of names and values in turn name one span. OpenTelemetry's undici instrumentation adds
 * its own format, of the span that it makes for this very call, beside those that were written in the caller's
 * context: what was added last is of the nearest span, and the others of its trace learn it. One of another trace
 * is left as it is.
 */
export function keepOneSpan(headers: unknown[]): void {
  const said = [saidInW3C(headers), saidInB3(headers), saidInB3Multi(headers)].filter(
    (one) => one !== undefined,
  );
  const [first, ...rest] = said;
  if (first === undefined || rest.every(({ spanId }) => spanId === first.spanId)) return;
  const nearest = rest.reduce((last, one) => (one.at > last.at ? one : last), first);
  const multi = saidInB3Multi(headers);
  for (const one of said) {
    if (one.spanId === nearest.spanId || !isSameTrace(one.traceId, nearest.traceId)) continue;
    headers[one.at + 1] = one.write(nearest.spanId);
  }
  // The parent's id is that of the span which is no longer named.
  if (multi !== undefined && headers[multi.at + 1] !== multi.spanId) removeParent(headers);
}

function saidInW3C(headers: readonly unknown[]): Said | undefined {
  const at = findName(headers, names.TRACEPARENT);
  const [version, traceId, spanId, ...flags] = at === -1 ? [] : String(headers[at + 1]).split('-');
  if (traceId === undefined || spanId === undefined) return undefined;
  return { at, traceId, spanId, write: (span) => [version, traceId, span, ...flags].join('-') };
}

function saidInB3(headers: readonly unknown[]): Said | undefined {
  const at = findName(headers, names.B3);
  const [traceId, spanId, ...state] = at === -1 ? [] : String(headers[at + 1]).split('-');
  if (traceId === undefined || spanId === undefined) return undefined;
  // A parent may follow the state; or, alone, be 16 characters long.
  const kept = state.slice(0, 1).filter(({ length }) => length === 1);
  return { at, traceId, spanId, write: (span) => [traceId, span, ...kept].join('-') };
}

function saidInB3Multi(headers: readonly unknown[]): Said | undefined {
  const trace = findName(headers, names.B3_TRACE_ID);
  const at = findName(headers, names.B3_SPAN_ID);
  if (trace === -1 || at === -1) return undefined;
  return { at, traceId: String(headers[trace + 1]), spanId: String(headers[at + 1]), write: (span) => span };
}

function removeParent(headers: unknown[]): void {
  const at = findName(headers, names.B3_PARENT_SPAN_ID);
  if (at !== -1) headers.splice(at, 2);
}

/** B3 may have the low half of a trace id alone. */
function isSameTrace(one: string, other: string): boolean {
  return one.padStart(32, '0') === other.padStart(32, '0');
}
