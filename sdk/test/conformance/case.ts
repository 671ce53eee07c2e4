/** One header as it stands on the wire; a name may come more than once. */
export type Header = readonly [name: string, value: string];

/**
 * A request, and what a service that reports no spans must send on (forward mode). Headers that are not named
 * must not be sent. What child mode must send follows from it: see expectChild().
 */
export interface Case {
  /** The specification, its section, and the rule in a few words. */
  readonly rule: string;
  readonly sent: readonly Header[];
  readonly forward: Readonly<Record<string, string>>;
}

export const TRACE = '0af7651916cd43dd8448eb211c80319c';
export const OTHER = '80f198ee56343ba864fe8b2a57d3eff7';
export const SHORT = 'a3ce929d0e0e4736';
export const SPAN = 'b7ad6b7169203331';
export const PARENT = '05e3ac9a4f6e3b90';
export const ZERO16: string = '0'.repeat(16);
export const ZERO32: string = '0'.repeat(32);

/** The headers that the specifications are about: all that a case is judged by. */
export const WATCHED: readonly string[] = [
  ...['traceparent', 'tracestate', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled'],
  ...['x-b3-flags', 'baggage', 'x-request-id', 'x-user-id', 'x-tenant-id'],
];

/** Headers that go on as they came. */
export function kept(rule: string, headers: Readonly<Record<string, string>>): Case {
  return { rule, sent: Object.entries(headers), forward: headers };
}

/** Headers of which none goes on. */
export function dropped(rule: string, headers: Readonly<Record<string, string>>): Case {
  return { rule, sent: Object.entries(headers), forward: {} };
}

export function changed(
  rule: string,
  headers: Readonly<Record<string, string>> | readonly Header[],
  forward: Readonly<Record<string, string>>,
): Case {
  const sent = Array.isArray(headers) ? (headers as readonly Header[]) : Object.entries(headers);
  return { rule, sent, forward };
}

export function members(count: number, from = 0): string {
  return Array.from({ length: count }, (_, index) => `k${from + index}=${index}`).join(',');
}
