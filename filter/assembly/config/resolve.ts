import { environmentVariable } from '../abi/environment';
import { getProperty, Received } from '../abi/host';
import { govern } from '../govern/govern';
import { MAX_HEADER_NAMES } from '../read/headers';
import { Attribute, Plan, Source, SourceKind } from './plan';
import { Code, Problem } from './problems';

/** Paths that begin so say who the proxy is; they cannot change while it runs. */
const NODE: ArrayBuffer = String.UTF8.encode('xds\0node\0');

/**
 * Reads and governs at configuration what cannot change from request to request, so that a request only writes
 * it: a source that is about the node becomes a literal, or goes when it has no value; what follows a literal
 * goes too, as it can never be reached.
 */
export function resolve(plan: Plan, problems: Problem[]): void {
  let dropped = 0;
  for (let i = 0; i < plan.attributes.length; i++) {
    const attribute = plan.attributes[i];
    const sources: Source[] = [];
    for (let j = 0; j < attribute.sources.length; j++) {
      const source = resolveSource(attribute.sources[j], attribute);
      if (source === null) continue;
      const header = source.header;
      if (header !== null) {
        source.slot = plan.headers.add(header);
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

function resolveSource(source: Source, attribute: Attribute): Source | null {
  if (source.kind == SourceKind.Literal) {
    // The author's own word: cut, but not governed. An `anonymous` that is hashed, or no tenant, is of no use.
    Received.start = changetype<usize>(source.bytes);
    Received.size = source.bytes.byteLength;
    return govern(attribute.maxLength, null, false) ? constant() : null;
  }
  if (source.kind == SourceKind.Environment) {
    const value = environmentVariable(String.UTF8.decode(source.bytes));
    if (value === null) return null;
    const bytes = String.UTF8.encode(value);
    Received.start = changetype<usize>(bytes);
    Received.size = bytes.byteLength;
    // Governed while `bytes` is alive.
    return govern(attribute.maxLength, attribute.rules, false) ? constant() : null;
  }
  if (source.kind != SourceKind.Property || !beginsWith(source.bytes, NODE)) return source;
  // A value that no request could set must not stand in the way of a source that has one.
  if (!getProperty(source.bytes) || !govern(attribute.maxLength, attribute.rules, false)) return null;
  return constant();
}

/** The value in `Received`, ready to be written; null when it is empty. */
function constant(): Source | null {
  if (Received.size == 0) return null;
  const bytes = new ArrayBuffer(<i32>Received.size);
  memory.copy(changetype<usize>(bytes), Received.start, Received.size);
  return new Source(SourceKind.Literal, bytes);
}

function beginsWith(bytes: ArrayBuffer, start: ArrayBuffer): bool {
  if (bytes.byteLength < start.byteLength) return false;
  return memory.compare(changetype<usize>(bytes), changetype<usize>(start), start.byteLength) == 0;
}
