import { Bytes, callForeign, Received, setEffectiveContext } from '../abi/host';

/**
 * Which root context the current stream passes, in a module that no callback tells: `proxy_on_context_create` would, at the price of
 * one more VM entry for every request.
 *
 * Envoy configures a root context in a VM before it makes the first stream of it, and a stream keeps it alive
 * (proxy-wasm-cpp-host `getOrCreateThreadLocalPlugin`, Envoy `Context::plugin_handle_`). So where one is left of those
 * that were configured, the stream is of that one. Where there are several, Envoy is asked: it keeps CEL expressions by root
 * context and evaluates one that the stream's own has (Envoy `foreign.cc`). Each has one here, whose value is its id.
 */

const CREATE: Bytes = String.UTF8.encode('expr_create');
const EVALUATE: Bytes = String.UTF8.encode('expr_evaluate');
/** The token of a root context's first expression: 0, in four bytes. */
const FIRST: usize = memory.data(4, 4);

/** Root contexts that were configured, also those that refused it, and are not known to be gone. */
const roots: u32[] = [];
let only: u32 = 0;

/** Takes note of the current root context, which is being configured. */
export function addRoot(rootContextId: u32): void {
  if (!roots.includes(rootContextId)) {
    const expression = String.UTF8.encode(`${rootContextId}`);
    // A host without expressions leaves requests without attributes while there are several root contexts.
    callForeign(CREATE, changetype<usize>(expression), expression.byteLength);
    roots.push(rootContextId);
  }
  forgetGone(rootContextId);
}

/** Forgets the root contexts that have gone, as `forgetGoneRoots` does; where there is one, nobody is asked. */
export function forgetGone(current: u32): void {
  if (roots.length > 1) {
    let kept = 0;
    for (let i = 0; i < roots.length; i++) {
      if (roots[i] == current || setEffectiveContext(roots[i])) roots[kept++] = roots[i];
    }
    roots.length = kept;
    setEffectiveContext(current);
  }
  only = roots.length == 1 ? roots[0] : 0;
}

/** The root context of the current stream; 0 where it cannot be told. */
export function currentRoot(): u32 {
  if (only != 0) return only;
  return callForeign(EVALUATE, FIRST, 4) && Received.size == 8 ? load<u32>(Received.start) : 0;
}
