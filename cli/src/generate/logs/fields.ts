/** What of the access log's fields (plan/access-log-fields.ts) a store looks at, and under which name. */
import { accessLogFields, LOG_FIELDS } from '../../plan/access-log-fields.ts';
import type { Generation } from '../target.ts';

/** A field that Loki keeps beside a line, so that queries find it without parsing the line. */
export interface Metadata {
  /** The field's name in the line: `tenant.id`. */
  readonly field: string;
  /** Its name in Loki: `tenant_id`. */
  readonly name: string;
}

/** Labels of a stream: few, with few values each. A user among them would make a stream of each user. */
export const STREAM_LABELS = ['namespace', 'service', 'container', 'log'] as const;

/** A field that each record of an access log has, and that nothing else a proxy prints has. */
export const RECORD_MARK = '"duration_ms":';

/** The field with the time of a request, as RFC 3339 with milliseconds. */
export const TIME_FIELD = 'start_time';

/** The fields of a record for these proxies. */
export function recordFields({ routes, versions }: Generation): string[] {
  // Only the names count here; the operator of the parent's id is another one with Istio.
  return Object.keys(accessLogFields(routes, versions.envoy, ''));
}

/** Ids of the trace, and every attribute. */
export function metadata(generation: Generation): Metadata[] {
  const attributes = new Set(generation.routes.map(({ key }) => key));
  const ids = new Set(['trace_id', 'span_id', 'parent_id']);
  const taken = new Set<string>([
    ...STREAM_LABELS,
    'pod',
    ...[...LOG_FIELDS].filter((name) => !ids.has(name)),
  ]);
  return recordFields(generation)
    .filter((field) => ids.has(field) || attributes.has(field))
    .map((field) => ({ field, name: nameOf(field, taken) }));
}

/** A name as Prometheus and Loki have it: letters, digits and `_`; a number behind it where two are the same. */
function nameOf(field: string, taken: Set<string>): string {
  const plain = field.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
  let name = plain;
  for (let i = 2; taken.has(name); i++) name = `${plain}_${i}`;
  taken.add(name);
  return name;
}

/** The JMESPath expression of a field: quoted, as a dot would be a step into an object. */
export function jmesPath(field: string): string {
  return JSON.stringify(field);
}
