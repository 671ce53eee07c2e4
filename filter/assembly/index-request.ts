/**
 * The callbacks of `meshspan-request.wasm`, which sees no responses. A request enters it once, and once more for
 * the memory that its headers are handed over in.
 */
import { reset } from './abi/arena';
import { ACTION_CONTINUE } from './abi/status';
import { onConfigure } from './config/configure';
import { addRoot, currentRoot, forgetGone } from './config/current-root';
import { planOf } from './config/roots';
import { flushCounters } from './health/counters';
import { onRequest } from './request';

export { allocate as proxy_on_memory_allocate } from './abi/arena';

/** Says which ABI this module speaks. */
export function proxy_abi_version_0_2_1(): void {}

/** As in the whole filter. */
export function proxy_on_configure(rootContextId: u32, configurationSize: u32): u32 {
  addRoot(rootContextId);
  return onConfigure(rootContextId, configurationSize);
}

/** As in the whole filter; looks for the end of a plugin besides, after which requests cost less. */
export function proxy_on_tick(rootContextId: u32): void {
  reset();
  forgetGone(rootContextId);
  flushCounters();
}

/** Always continues: the filter adds what it knows, and never stands in a request's way. */
export function proxy_on_request_headers(contextId: u32, _headerCount: u32, _endOfStream: u32): u32 {
  reset();
  const root = currentRoot();
  const plan = planOf(root);
  if (plan !== null) onRequest(plan, contextId, root);
  return ACTION_CONTINUE;
}
