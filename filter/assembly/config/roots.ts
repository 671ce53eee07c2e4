import { setEffectiveContext } from '../abi/host';
import { SEES_RESPONSES } from '../phases';
import { dropUnusedSeries } from '../write/metric';
import { Plan } from './plan';

/**
 * The plan of each root context in this VM. Envoy shares a VM between plugins of the same code (Istio sets
 * no `vm_id`), and between the old and the new configuration of one plugin while connections drain. So no
 * plan is ever "the" plan.
 */
const rootIds: u32[] = [];
const plans: Plan[] = [];
let lastRoot: u32 = 0;
let lastPlan: Plan | null = null;
let lastSerial: u32 = 0;

/** Puts a plan in force for a root context, and forgets the root contexts that are gone. */
export function setPlan(rootContextId: u32, plan: Plan): void {
  forgetGoneRoots(rootContextId);
  plan.serial = ++lastSerial;
  const at = rootIds.indexOf(rootContextId);
  if (at >= 0) {
    plans[at] = plan;
  } else {
    rootIds.push(rootContextId);
    plans.push(plan);
  }
  lastRoot = rootContextId;
  lastPlan = plan;
  if (SEES_RESPONSES) dropUnusedSeries(plans);
}

/** The plan of a root context; null when it was never configured. Allocates nothing. */
export function planOf(rootContextId: u32): Plan | null {
  if (rootContextId != lastRoot) {
    const at = rootIds.indexOf(rootContextId);
    lastRoot = rootContextId;
    lastPlan = at < 0 ? null : plans[at];
  }
  return lastPlan;
}

/**
 * `proxy_on_delete` would tell of a root's end, but exporting it costs every request a VM entry. Asking is
 * free: the host refuses to act as a context that is gone (proxy-wasm-cpp-host `exports::set_effective_context`).
 */
function forgetGoneRoots(current: u32): void {
  let kept = 0;
  for (let i = 0; i < rootIds.length; i++) {
    if (rootIds[i] != current && !setEffectiveContext(rootIds[i])) continue;
    rootIds[kept] = rootIds[i];
    plans[kept++] = plans[i];
  }
  rootIds.length = plans.length = kept;
  setEffectiveContext(current);
}

/** Root contexts with a plan. */
export function rootCount(): i32 {
  return rootIds.length;
}
