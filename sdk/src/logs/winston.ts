import { type LogFields, logFields } from './fields.ts';

export type { LogFields } from './fields.ts';

/** Where an entry keeps the fields of its log call. Object.assign copies a symbol, and JSON leaves it out. */
const CAPTURED = Symbol.for('meshspan.log-fields');

/** An entry as winston hands it to a format. */
export interface LogEntry {
  level: string;
  message: unknown;
  [key: string | symbol]: unknown;
}

/** What winston calls a Format (logform): given to `createLogger({ format })` or to `format.combine()`. */
export interface LogFormat {
  transform(entry: LogEntry): LogEntry;
}

/**
 * A winston format that adds trace_id, span_id, trace_flags, user.id and tenant.id of the request that is
 * being served; put it first in `format.combine()`. An entry's own field of the same name wins.
 *
 * winston formats an entry as it passes through the logger's stream. With a transport that keeps up, such as
 * Console, that is within the log call; behind one that lags (Http, File) it is later, in whatever context
 * freed the stream, and then only {@link defaultMeta} knows whose entry it is. Use both.
 *
 * @example
 * import { defaultMeta, format } from 'meshspan/winston';
 * createLogger({ defaultMeta: defaultMeta(), format: combine(format(), json()), transports });
 */
export function format(): LogFormat {
  return {
    transform(entry) {
      const fields = CAPTURED in entry ? (entry[CAPTURED] as LogFields) : logFields();
      for (const name in fields) entry[name] ??= fields[name];
      return entry;
    },
  };
}

/**
 * winston's `defaultMeta` that takes the caller's fields down at the log call, for {@link format} to add.
 * winston copies defaultMeta into every entry before the entry waits for anything (lib/winston/logger.js, log
 * and _addDefaultMeta), and a copy calls the getter. Spreading the result would call it once and for all.
 *
 * @param own the service's own defaults, such as `{ service: 'orders' }`.
 */
export function defaultMeta(own: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.defineProperty({ ...own }, CAPTURED, { enumerable: true, get: logFields });
}

export default format;
