import { readValue } from './header-value.ts';
import type { IncomingHeaders } from './incoming-headers.ts';

/** Longest opaque header that is carried, in characters: sw8 and x-datadog-tags are some hundreds long. */
const MAX_LENGTH = 2048;

/**
 * The headers of other tracers that Istio asks services to send on (https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/),
 * with the two more that Datadog's tracers need to keep a 128-bit id whole. None of them is looked into.
 */
export const ISTIO_HEADERS: readonly string[] = [
  'x-ot-span-context',
  'x-cloud-trace-context',
  'grpc-trace-bin',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'x-datadog-origin',
  'x-datadog-tags',
  'sw8',
];

const NONE: readonly string[] = [];

/** Reads the headers `names`, name and value in turn. One that came twice or is not header-safe is left out. */
export function extractOpaque(
  headers: IncomingHeaders,
  names: readonly string[],
  raw: readonly string[],
): readonly string[] {
  let opaque: string[] | undefined;
  for (const name of names) {
    const value = readValue(headers, name, raw, MAX_LENGTH);
    if (value === undefined) continue;
    opaque ??= [];
    opaque.push(name, value);
  }
  return opaque ?? NONE;
}
