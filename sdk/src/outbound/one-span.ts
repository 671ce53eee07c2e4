import * as names from '../formats/header-names.ts';
import { findName } from './one-of-each.ts';

/** Which span a format says is the caller, and the header that says it: index of its name. */
interface Said {
  readonly at: number;
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * Has all formats in a list of names and values in turn name one span. OpenTelemetry's undici instrumentation adds
 * its own format, of the span that it makes for this very call, beside those that were written in the caller's
 * context: what was added last is of the nearest span, and the others of its trace learn it. One of another trace
 * is left as it is.
 */
export function keepOneSpan(headers: unknown[]): void {
  const w3c = saidInW3C(headers);
  const b3 = saidInB3(headers);
  const multi = saidInB3Multi(headers);
  const nearest = later(later(w3c, b3), multi);
  if (nearest === undefined) return;
  const { traceId, spanId } = nearest;
  if (differs(w3c, nearest)) {
    const value = String(headers[w3c.at + 1]);
    headers[w3c.at + 1] = `${value.slice(0, 36)}${spanId}${value.slice(52)}`;
  }
  if (differs(b3, nearest)) {
    // A parent may stand behind the state, or alone: it is that of the span which is no longer named.
    const [, state = ''] = /^[^-]+-[^-]+(-.)?(?:-|$)/.exec(String(headers[b3.at + 1])) ?? [];
    headers[b3.at + 1] = `${b3.traceId}-${spanId}${state}`;
  }
  if (differs(multi, nearest)) {
    headers[multi.at + 1] = spanId;
    const parent = findName(headers, names.B3_PARENT_SPAN_ID);
    if (parent !== -1) headers.splice(parent, 2);
  }

  function differs(said: Said | undefined, { at }: Said): said is Said {
    return (
      said !== undefined && said.at !== at && said.spanId !== spanId && isSameTrace(said.traceId, traceId)
    );
  }
}

function saidInW3C(headers: readonly unknown[]): Said | undefined {
  const at = findName(headers, names.TRACEPARENT);
  if (at === -1) return undefined;
  const value = String(headers[at + 1]);
  return { at, traceId: value.slice(3, 35), spanId: value.slice(36, 52) };
}

function saidInB3(headers: readonly unknown[]): Said | undefined {
  const at = findName(headers, names.B3);
  if (at === -1) return undefined;
  const value = String(headers[at + 1]);
  const end = value.indexOf('-');
  // A bare decision names no span.
  return end === -1
    ? undefined
    : { at, traceId: value.slice(0, end), spanId: value.slice(end + 1, end + 17) };
}

function saidInB3Multi(headers: readonly unknown[]): Said | undefined {
  const trace = findName(headers, names.B3_TRACE_ID);
  const at = trace === -1 ? -1 : findName(headers, names.B3_SPAN_ID);
  return at === -1 ? undefined : { at, traceId: String(headers[trace + 1]), spanId: String(headers[at + 1]) };
}

function later(one: Said | undefined, other: Said | undefined): Said | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one.at > other.at ? one : other;
}

/** B3 may have the low half of a trace id alone. */
function isSameTrace(one: string, other: string): boolean {
  return one.padStart(32, '0') === other.padStart(32, '0');
}
