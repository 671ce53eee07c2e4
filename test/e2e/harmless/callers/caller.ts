/** What a case is given, on each side of the comparison, and what it hands back. */
import type { ListenerName } from '../listeners.ts';
import type { Journal } from '../upstreams/journal.ts';
import type { RudeUpstream } from '../upstreams/rude.ts';

export interface Caller {
  /** Port of the listener, with the filter or without. */
  readonly port: number;
  readonly traceId: string;
  readonly traceparent: string;
  readonly journal: Journal;
  readonly rude: RudeUpstream;
  /** Resolves when Envoy has read that many bytes from callers of this listener, since its start. */
  hasRead(bytes: number): Promise<void>;
  /** Bytes that this listener has read so far. */
  bytesRead(): Promise<number>;
}

/** One answer, with what differs from call to call left out. */
export interface Answer {
  readonly status: number;
  /** `name: value`, in their order. */
  readonly headers: readonly string[];
  /** One character a byte. */
  readonly body: string;
  readonly trailers: readonly string[];
  /** Whether it came to its end. */
  readonly whole: boolean;
}

/** All that a caller can tell of what came back. */
export interface Seen {
  readonly answers: readonly Answer[];
  /** How the connection (HTTP/1) or the stream (HTTP/2) ended. */
  readonly ended: string;
}

export interface Case {
  readonly what: string;
  readonly listener: ListenerName;
  readonly act: (caller: Caller) => Promise<Seen>;
  /** Statuses without the filter: they keep a case from comparing two failures to do what its name says. */
  readonly statuses: readonly number[];
  /** Spans that Envoy makes of it: none of what it refuses before there is a request. */
  readonly spans: number;
  /** A filter in front answers: meshspan never sees the request, and its spans have no attributes. */
  readonly unseen?: boolean;
}

/** A header as it is compared: times and dates are none of the filter's doing. */
export function shown(name: string, value: string): string {
  const varies = ['date', 'x-envoy-upstream-service-time'].includes(name.toLowerCase());
  return `${name}: ${varies ? '*' : value}`;
}
