/**
 * The callbacks of the proxy-wasm ABI 0.2.1 but that of the response: all that `meshspan-request.wasm` exports.
 *
 * Only what is used is exported: Envoy enters the VM for each exported callback, on every request.
 */
import { reset } from './abi/arena';
import { ACTION_CONTINUE } from './abi/status';
import { configure } from './config/configure';
import { planOf } from './config/roots';
import { flushCounters } from './health/counters';
import { SEES_RESPONSES } from './phases';
import { onRequest } from './request';
import { forgetStream } from './streams';

export { allocate as proxy_on_memory_allocate } from './abi/arena';

/** Says which ABI this module speaks. */
export function proxy_abi_version_0_2_1(): void {}

let newestStream: u32 = 0;
let newestStreamRoot: u32 = 0;

/** A root context has parent 0; a stream's parent is the root context whose plugin it passes. */
export function proxy_on_context_create(contextId: u32, parentContextId: u32): void {
  if (SEES_RESPONSES) forgetStream(contextId);
  newestStream = contextId;
  newestStreamRoot = parentContextId;
}

/** The answer 1 takes the configuration: always, but for one that is `strict` and has a mistake. */
export function proxy_on_configure(rootContextId: u32, configurationSize: u32): u32 {
  reset();
  const isTaken = configure(rootContextId, configurationSize);
  // The only place where garbage arises, and no managed value is on the stack here: collect it all.
  __collect();
  return isTaken ? 1 : 0;
}

/** Once a second for each root context: tells the host what was counted. */
export function proxy_on_tick(_rootContextId: u32): void {
  flushCounters();
}

/** Always continues: the filter adds what it knows, and never stands in a request's way. */
export function proxy_on_request_headers(contextId: u32, _headerCount: u32, _endOfStream: u32): u32 {
  reset();
  // Envoy creates a stream's context just before its first callback (`Context::decodeHeaders`), so the newest
  // one is this one. Under a host that does otherwise the request passes without attributes, never with
  // those of another plugin.
  if (contextId != newestStream) return ACTION_CONTINUE;
  const plan = planOf(newestStreamRoot);
  if (plan !== null) onRequest(plan, contextId, newestStreamRoot);
  return ACTION_CONTINUE;
}
