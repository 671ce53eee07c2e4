import { Bytes, setProperty } from '../abi/host';
import { Attribute } from '../config/plan';

const REJECTED: Bytes = String.UTF8.encode('rejected');

/** Filter state `wasm.meshspan.<key>`, which `%FILTER_STATE(wasm.meshspan.<key>:PLAIN)%` reads for span and log. */
export function writeFilterState(attribute: Attribute, start: usize, size: i32): void {
  // A refused write leaves the span without the attribute; the request itself must not suffer.
  setProperty(attribute.stateKey, start, size);
}

/** Filter state `wasm.meshspan.<key>.trust`: a header contradicted what was verified. */
export function writeRejected(attribute: Attribute): void {
  const key = attribute.trustKey;
  if (key !== null) setProperty(key, changetype<usize>(REJECTED), REJECTED.byteLength);
}
