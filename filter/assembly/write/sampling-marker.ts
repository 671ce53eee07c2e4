import { replaceHeader } from '../abi/header-map';
import { Bytes, setProperty } from '../abi/host';
import { HeaderMap } from '../abi/status';
import { Sampling } from '../config/plan';
import { Counter, count } from '../health/counters';
import { headerCount } from '../read/headers';
import { removeRequestHeader } from './request-header';

/** Filter state that a route can match (`match.filter_state`, key `wasm.meshspan.sampled`): nobody outside can set it. */
const STATE: Bytes = String.UTF8.encode('meshspan.sampled');
const ONE: Bytes = String.UTF8.encode('1');

/**
 * Marks the requests that a sampling rule meets, for the route that samples all of them, and for the next hop. The mark of
 * a stranger does not go on; that of the mesh does. Envoy has looked at a mark that came with the request before any
 * filter runs, so the route at the edge should match the state and not the header.
 */
export function writeSamplingMarker(sampling: Sampling, isStranger: bool): void {
  const rules = sampling.rules;
  for (let i = 0, length = rules.length; i < length; i++) {
    if (!unchecked(rules[i]).holds()) continue;
    count(Counter.Sampled);
    setProperty(STATE, changetype<usize>(ONE), ONE.byteLength);
    // Also where it is there already: the change is what makes Envoy choose the route anew, now by the state.
    replaceHeader(HeaderMap.RequestHeaders, sampling.marker, changetype<usize>(ONE), ONE.byteLength);
    return;
  }
  if (!isStranger || headerCount(sampling.slot) == 0) return;
  removeRequestHeader(sampling.marker, sampling.slot);
  count(Counter.Untrusted);
}
