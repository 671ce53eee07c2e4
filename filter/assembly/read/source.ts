import { getProperty, Received } from '../abi/host';
import { Source, SourceKind } from '../config/plan';
import { Counter, count } from '../health/counters';
import { headerCount, headerValue } from './headers';

/**
 * Reads one source into `Received`. False when it has no value; an empty value is none (Envoy makes no tag
 * of one either).
 */
export function read(source: Source, takesFirst: bool): bool {
  if (source.kind == SourceKind.Literal) {
    Received.start = changetype<usize>(source.bytes);
    Received.size = source.bytes.byteLength;
    return Received.size != 0;
  }
  if (source.kind == SourceKind.Property) return getProperty(source.bytes) && Received.size != 0;
  if (!headerValue(source.slot)) return false;
  if (!takesFirst && headerCount(source.slot) > 1) {
    count(Counter.Ambiguous);
    return false;
  }
  return Received.size != 0;
}
