import { setProperty } from '../abi/host';
import { Attribute } from '../config/plan';

/** Filter state `wasm.meshspan.<key>`, which `%FILTER_STATE(wasm.meshspan.<key>:PLAIN)%` reads for span and log. */
export function writeFilterState(attribute: Attribute, start: usize, size: i32): void {
  // A refused write leaves the span without the attribute; the request itself must not suffer.
  setProperty(attribute.stateKey, start, size);
}
