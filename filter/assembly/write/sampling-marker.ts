import { Bytes } from '../abi/host';
import { Sampling } from '../config/plan';
import { Counter, count } from '../health/counters';
import { headerCount } from '../read/headers';
import { removeRequestHeader, writeRequestHeader } from './request-header';

const ONE: Bytes = String.UTF8.encode('1');

/**
 * Marks the requests that a sampling rule meets, for the route that samples all of them. The mark of a stranger is worth
 * nothing; that of the mesh stays, so that a trace is sampled on all of its hops.
 */
export function writeSamplingMarker(sampling: Sampling, isStranger: bool): void {
  const rules = sampling.rules;
  for (let i = 0, length = rules.length; i < length; i++) {
    if (!unchecked(rules[i]).holds()) continue;
    count(Counter.Sampled);
    writeRequestHeader(sampling.marker, sampling.slot, changetype<usize>(ONE), ONE.byteLength);
    return;
  }
  if (!isStranger || headerCount(sampling.slot) == 0) return;
  removeRequestHeader(sampling.marker, sampling.slot);
  count(Counter.Untrusted);
}
