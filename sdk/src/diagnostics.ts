import { channel } from 'node:diagnostics_channel';

/** Why a value that came in was not sent on. */
export type RefusalReason =
  | 'malformed'
  | 'zero-id'
  | 'incomplete'
  | 'empty'
  | 'too-long'
  | 'too-many-members'
  | 'unsafe-bytes'
  | 'duplicate'
  | 'without-traceparent'
  | 'predicate-failed';

/**
 * The message on the channel `meshspan:refused`. It never holds the value: that may be somebody's name.
 */
export interface Refusal {
  /** The header that was refused, in lower case; `inbound` where the user's own predicate failed. */
  readonly header: string;
  readonly reason: RefusalReason;
}

/**
 * Name of the `node:diagnostics_channel` that every refusal is published on, synchronously and in the
 * request's own call stack. A subscriber counts by `reason`; it can change nothing.
 */
export const REFUSED_CHANNEL = 'meshspan:refused';

// Module scope keeps a strong reference: a channel that nobody holds may be collected with its subscribers.
const refused = channel(REFUSED_CHANNEL);

/** Publishes a refusal where somebody listens. Returns undefined, so that a parser can `return refuse(…)`. */
export function refuse(header: string, reason: RefusalReason): undefined {
  if (refused.hasSubscribers) refused.publish({ header, reason } satisfies Refusal);
  return undefined;
}
