import { getHeader } from '../abi/header-map';
import { getProperty, Received } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { Source, SourceKind } from '../config/plan';
import { Counter, count } from '../health/counters';
import { SEES_RESPONSES } from '../phases';
import { decode } from './decode';
import { headerCount, headerValue } from './headers';
import { baggage, cookie, query } from './members';
import { peerPart } from './peer';
import { duration, responseFlags } from './response';
import { tokenClaim } from './token';

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
  const found = source.header !== null ? readHeader(source, takesFirst) : readElsewhere(source);
  return found && Received.size != 0;
}

function readElsewhere(source: Source): bool {
  const kind = source.kind;
  if (SEES_RESPONSES) {
    if (kind == SourceKind.ResponseHeader) return getHeader(HeaderMap.ResponseHeaders, source.bytes);
    if (kind == SourceKind.ResponseFlags) return responseFlags();
    if (kind == SourceKind.Duration) return duration();
  }
  if (!getProperty(source.bytes)) return false;
  return kind == SourceKind.Peer ? peerPart(source.detail) : decode(source.detail);
}

/** A header, or what is in it. */
function readHeader(source: Source, takesFirst: bool): bool {
  if (!headerValue(source.slot)) return false;
  if (!takesFirst && headerCount(source.slot) > 1) {
    count(Counter.Ambiguous);
    return false;
  }
  const kind = source.kind;
  if (kind == SourceKind.Header) return true;
  if (kind == SourceKind.Cookie) return cookie(source.bytes);
  if (kind == SourceKind.Baggage) return baggage(source.bytes);
  if (kind == SourceKind.Query) return query(source.bytes);
  if (kind == SourceKind.Token) return tokenClaim(source.bytes);
  const template = source.template;
  return template !== null && template.match();
}
