/**
 * The callbacks of the proxy-wasm ABI 0.2.1 of the whole filter, `meshspan.wasm`, and nothing else.
 *
 * Only what is used is exported: Envoy enters the VM for each exported callback, on every request.
 */
import { reset } from './abi/arena';
import { ACTION_CONTINUE } from './abi/status';
import { planOf } from './config/roots';
import { flushCounters } from './health/counters';
import { onRequest } from './request';
import { onResponse } from './response';
import { forgetStream, Stream, takeStream } from './streams';

export { allocate as proxy_on_memory_allocate } from './abi/arena';
export { onConfigure as proxy_on_configure } from './config/configure';

/** Says which ABI this module speaks. */
export function proxy_abi_version_0_2_1(): void {}

let newestStream: u32 = 0;
let newestStreamRoot: u32 = 0;

/** A root context has parent 0; a stream's parent is the root context whose plugin it passes. */
export function proxy_on_context_create(contextId: u32, parentContextId: u32): void {
  forgetStream(contextId);
  newestStream = contextId;
  newestStreamRoot = parentContextId;
}

/** Once a second for each root context: tells the host what was counted. */
export function proxy_on_tick(_rootContextId: u32): void {
  reset();
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

/** Only for the streams whose request asked for it. */
export function proxy_on_response_headers(contextId: u32, _headerCount: u32, _endOfStream: u32): u32 {
  if (!takeStream(contextId)) return ACTION_CONTINUE;
  reset();
  const plan = planOf(Stream.root);
  // A plan that came in between knows nothing of the request.
  if (plan !== null && plan.serial == Stream.serial) onResponse(plan);
  return ACTION_CONTINUE;
}
