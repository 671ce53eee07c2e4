import { getProperty, getRequestHeader, Received } from '../abi/host';
import { Source, SourceKind } from '../config/plan';

/**
 * Reads one source into `Received`. False when it has no value; an empty value is none (Envoy makes no tag
 * of one either).
 */
export function read(source: Source): bool {
  if (source.kind == SourceKind.Literal) {
    Received.start = changetype<usize>(source.bytes);
    Received.size = source.bytes.byteLength;
    return Received.size != 0;
  }
  const found = source.kind == SourceKind.Header ? getRequestHeader(source.bytes) : getProperty(source.bytes);
  return found && Received.size != 0;
}
