import { removeHeader, replaceHeader } from '../abi/header-map';
import { Bytes, Received } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { forgetHeader, headerCount, headerValue } from '../read/headers';

/**
 * Makes a request header for the upstream what a value is: replaced, or removed where the value is empty. One that
 * is as it should be is not touched, as each change makes Envoy choose the route anew.
 */
export function writeRequestHeader(name: Bytes, slot: i32, start: usize, size: usize): void {
  if (size == 0) {
    removeRequestHeader(name, slot);
    return;
  }
  const isSame =
    headerValue(slot) &&
    headerCount(slot) == 1 &&
    Received.size == size &&
    memory.compare(Received.start, start, size) == 0;
  if (!isSame) replaceHeader(HeaderMap.RequestHeaders, name, start, size);
}

/** Removes a request header that came; false when it did not. It is then as if it never had. */
export function removeRequestHeader(name: Bytes, slot: i32): bool {
  if (headerCount(slot) == 0) return false;
  removeHeader(HeaderMap.RequestHeaders, name);
  forgetHeader(slot);
  return true;
}
