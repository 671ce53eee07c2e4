import { type LogFields, logFields } from './fields.ts';

export type { LogFields } from './fields.ts';

/**
 * pino's `mixin`: adds trace_id, span_id, trace_flags, user.id and tenant.id of the request that is being
 * served. pino calls it within the log call itself, hence in the caller's context, whatever the transport.
 * Fields of the log call's own win (pino docs/api.md, mixin). Outside of a request it adds nothing.
 *
 * @example
 * import { mixin } from 'meshspan/pino';
 * const logger = pino({ mixin });
 */
export function mixin(): LogFields {
  return logFields();
}

export default mixin;
