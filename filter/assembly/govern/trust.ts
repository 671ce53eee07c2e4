import { Bytes, getProperty, Received } from '../abi/host';

/** The peer's SPIFFE id: Envoy's attribute with the first URI of its certificate. Absent without mTLS. */
const PEER: Bytes = String.UTF8.encode('connection\0uri_san_peer_certificate');
/** Eight bytes (`envoy.config.core.v3.TrafficDirection`). */
const DIRECTION: Bytes = String.UTF8.encode('xds\0listener_direction');
const OUTBOUND: u8 = 2;
const SLASH: u8 = 0x2f;
const STAR: u8 = 0x2a;

/** Whose word on identity is taken. */
export class Trust {
  /** SPIFFE ids that are believed; `*` is any text within a part, `**` at the end any text. */
  peers: Bytes[] = [];

  constructor(
    /**
     * Whether requests on an outbound listener are believed: a sidecar's come from its own workload. Not on an Istio
     * gateway, whose listeners are outbound too.
     */
    public believesOutbound: bool,
  ) {}

  /** Whether the current request comes from somebody whose word is not taken. */
  isStranger(): bool {
    if (this.believesOutbound && getProperty(DIRECTION)) {
      if (Received.size == 8 && load<u8>(Received.start) == OUTBOUND) return false;
    }
    if (this.peers.length == 0 || !getProperty(PEER)) return true;
    for (let i = 0; i < this.peers.length; i++) {
      if (matches(unchecked(this.peers[i]), Received.start, Received.start + Received.size)) return false;
    }
    return true;
  }
}

/**
 * Goes back to the last star of a part at the most, and past a slash never: the work is at the most the length of the pattern's
 * part times that of the text's.
 */
export function matches(pattern: Bytes, start: usize, end: usize): bool {
  let p = changetype<usize>(pattern);
  const last = p + pattern.byteLength;
  let at = start;
  let star: usize = 0;
  let retry: usize = 0;
  while (at < end) {
    const c = load<u8>(at);
    if (p < last && load<u8>(p) == STAR) {
      if (p + 2 == last && load<u8>(p, 1) == STAR) return true;
      star = ++p;
      retry = at;
    } else if (p < last && load<u8>(p) == c) {
      p++;
      at++;
      if (c == SLASH) star = 0;
    } else if (star != 0 && load<u8>(retry) != SLASH) {
      p = star;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (p < last && load<u8>(p) == STAR) p++;
  return p == last;
}
