import { LIMIT, reset } from '../abi/arena';
import { getPluginConfiguration, Received, setTickPeriod } from '../abi/host';
import { defineCounters, TICK_MILLISECONDS } from '../health/counters';
import { compile } from './compile';
import { Code, Problem } from './problems';
import { report } from './report';
import { resolve } from './resolve';
import { setPlan } from './roots';

/** `proxy_on_configure`: 1 takes the configuration. */
export function onConfigure(rootContextId: u32, size: u32): u32 {
  reset();
  const isTaken = configure(rootContextId, size);
  // The only place where garbage arises, and no managed value is on the stack here: collect it all.
  __collect();
  return isTaken ? 1 : 0;
}

/**
 * Puts a root context's configuration in force. Refuses one that is `strict` and has a mistake, and no other: Envoy would
 * not start, or would answer every request with an error, for what is only a mistake in a tag.
 */
function configure(rootContextId: u32, size: u32): bool {
  defineCounters();
  const problems: Problem[] = [];
  const plan = compile(configurationText(size, problems), problems);
  resolve(plan, problems);
  const isTaken = !plan.isStrict || problems.length == 0;
  if (isTaken) setPlan(rootContextId, plan);
  report(problems, isTaken);
  setTickPeriod(TICK_MILLISECONDS);
  return isTaken;
}

/** The configuration as text; empty where there is none, or where it cannot be had. */
function configurationText(size: u32, problems: Problem[]): string {
  if (size == 0) return '';
  if (getPluginConfiguration(size)) return String.UTF8.decodeUnsafe(Received.start, Received.size);
  problems.push(
    new Problem(
      Code.Unreadable,
      '$',
      `at most ${LIMIT} bytes`,
      `${size} bytes`,
      'the default attributes stay in force',
    ),
  );
  return '';
}
