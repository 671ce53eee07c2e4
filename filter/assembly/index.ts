/** The whole filter, `meshspan.wasm`: the callbacks of `index-request.ts`, and that of the response. */
import { reset } from './abi/arena';
import { ACTION_CONTINUE } from './abi/status';
import { planOf } from './config/roots';
import { onResponse } from './response';
import { Stream, takeStream } from './streams';

export * from './index-request';

/** Only for the streams whose request asked for it. */
export function proxy_on_response_headers(contextId: u32, _headerCount: u32, _endOfStream: u32): u32 {
  if (!takeStream(contextId)) return ACTION_CONTINUE;
  reset();
  const plan = planOf(Stream.root);
  // A plan that came in between knows nothing of the request.
  if (plan !== null && plan.serial == Stream.serial) onResponse(plan);
  return ACTION_CONTINUE;
}
