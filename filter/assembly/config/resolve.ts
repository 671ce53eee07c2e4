import { getProperty, Received } from '../abi/host';
import { NOT_TEXT, textLength } from '../govern/text';
import { MAX_HEADER_NAMES } from '../read/headers';
import { Plan, Source, SourceKind } from './plan';
import { Code, Problem } from './problems';

/** Paths that begin so say who the proxy is; they cannot change while it runs. */
const NODE: ArrayBuffer = String.UTF8.encode('xds\0node\0');

/**
 * Reads at configuration what cannot change from request to request, so that a request does not: a source
 * that is about the node becomes a literal, or goes when it has no value; what follows a literal goes too,
 * as it can never be reached.
 */
export function resolve(plan: Plan, problems: Problem[]): void {
  let dropped = 0;
  for (let i = 0; i < plan.attributes.length; i++) {
    const attribute = plan.attributes[i];
    const sources: Source[] = [];
    for (let j = 0; j < attribute.sources.length; j++) {
      const source = resolveSource(attribute.sources[j], attribute.maxLength);
      if (source === null) continue;
      if (source.kind == SourceKind.Header) {
        source.slot = plan.headers.add(source.bytes);
        if (source.slot < 0) {
          dropped++;
          continue;
        }
      }
      sources.push(source);
      if (source.kind == SourceKind.Literal) break;
    }
    attribute.sources = sources;
  }
  if (dropped == 0) return;
  const expected = `at most ${MAX_HEADER_NAMES} different headers`;
  const consequence = 'the sources that are too many are skipped, the others work';
  problems.push(new Problem(Code.WrongValue, '$.attributes', expected, `${dropped} more`, consequence));
}

function resolveSource(source: Source, maxLength: i32): Source | null {
  if (source.kind != SourceKind.Property || !beginsWith(source.bytes, NODE)) return source;
  if (!getProperty(source.bytes) || Received.size == 0) return null;
  // A value that no request could set must not stand in front of a source that has one.
  if (textLength(Received.start, <i32>Received.size, maxLength) == NOT_TEXT) return null;
  const value = new ArrayBuffer(<i32>Received.size);
  memory.copy(changetype<usize>(value), Received.start, Received.size);
  return new Source(SourceKind.Literal, value);
}

function beginsWith(bytes: ArrayBuffer, start: ArrayBuffer): bool {
  if (bytes.byteLength < start.byteLength) return false;
  return memory.compare(changetype<usize>(bytes), changetype<usize>(start), start.byteLength) == 0;
}
