/** TraceQL (Tempo) that tells the traffic of one version from that of the other. */
import type { Attribute, Mesh } from '../config/model.ts';

/** `{ span.a = "b" && … }` */
export function traceQuery(conditions: Readonly<Record<string, string>>, ...more: readonly string[]): string {
  const equal = Object.entries(conditions).map(([key, value]) => `span.${key} = ${JSON.stringify(value)}`);
  return `{ ${[...equal, ...more].join(' && ')} }`;
}

/** Requests that Envoy's fault filter has delayed (DI) or answered (FI); response_flags has them. */
export const FAULTED = 'span.response_flags =~ ".*(DI|FI).*"';

/** The key of an attribute that reads a field of the proxy's node metadata first: `LABELS.version`. */
export function nodeAttribute({ attributes }: Mesh, field: string): string | undefined {
  const reads = ({ from }: Attribute): boolean => from[0]?.node === field;
  return attributes.find(reads)?.key;
}
