import { Received } from '../abi/host';

/** Parts of a SPIFFE id (SPIFFE-ID, section 2; Istio: `spiffe://cluster.local/ns/shop/sa/orders`). */
export namespace PeerPart {
  export const TrustDomain: i32 = 0;
  export const Namespace: i32 = 1;
  export const ServiceAccount: i32 = 2;
}

const SCHEME: ArrayBuffer = String.UTF8.encode('spiffe://');
const NAMESPACE: ArrayBuffer = String.UTF8.encode('/ns/');
const SERVICE_ACCOUNT: ArrayBuffer = String.UTF8.encode('/sa/');

/** Leaves a part of the SPIFFE id in `Received` there; false when it is none, or has no such part. */
export function peerPart(part: i32): bool {
  const end = Received.start + Received.size;
  if (!beginsWith(Received.start, end, SCHEME)) return false;
  let at = Received.start + SCHEME.byteLength;
  const domain = at;
  at = partEnd(at, end);
  if (part == PeerPart.TrustDomain) return found(domain, at);
  if (!beginsWith(at, end, NAMESPACE)) return false;
  const namespaceStart = at + NAMESPACE.byteLength;
  at = partEnd(namespaceStart, end);
  if (part == PeerPart.Namespace) return found(namespaceStart, at);
  if (!beginsWith(at, end, SERVICE_ACCOUNT)) return false;
  const account = at + SERVICE_ACCOUNT.byteLength;
  return found(account, partEnd(account, end));
}

function found(start: usize, end: usize): bool {
  Received.start = start;
  Received.size = end - start;
  return end > start;
}

function partEnd(start: usize, end: usize): usize {
  let at = start;
  while (at < end && load<u8>(at) != 0x2f) at++;
  return at;
}

function beginsWith(start: usize, end: usize, bytes: ArrayBuffer): bool {
  const size = <usize>bytes.byteLength;
  return end - start >= size && memory.compare(start, changetype<usize>(bytes), size) == 0;
}
