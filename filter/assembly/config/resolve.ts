import { environmentVariable } from '../abi/environment';
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
  if (source.kind == SourceKind.Environment) {
    const value = environmentVariable(String.UTF8.decode(source.bytes));
    if (value === null) return null;
    const bytes = String.UTF8.encode(value);
    return constant(changetype<usize>(bytes), bytes.byteLength, maxLength);
  }
  if (source.kind != SourceKind.Property || !beginsWith(source.bytes, NODE)) return source;
  if (!getProperty(source.bytes)) return null;
  return constant(Received.start, <i32>Received.size, maxLength);
}

/** A value that is the same for all requests. One that no request could set must not stand in another's way. */
function constant(start: usize, size: i32, maxLength: i32): Source | null {
  if (size == 0 || textLength(start, size, maxLength) == NOT_TEXT) return null;
  const bytes = new ArrayBuffer(size);
  memory.copy(changetype<usize>(bytes), start, size);
  return new Source(SourceKind.Literal, bytes);
}

function beginsWith(bytes: ArrayBuffer, start: ArrayBuffer): bool {
  if (bytes.byteLength < start.byteLength) return false;
  return memory.compare(changetype<usize>(bytes), changetype<usize>(start), start.byteLength) == 0;
}
