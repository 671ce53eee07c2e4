import {
  currentTimeNanoseconds,
  getProperty,
  getSharedData,
  log,
  Received,
  SharedData,
  setSharedData,
} from '../abi/host';
import { LogLevel } from '../abi/status';
import { Counter, count, flushCounters } from '../health/counters';
import { Problem } from './problems';

/** Problems of one configuration that are told one by one. */
const MOST_TOLD: i32 = 20;
/** Within this time the same problem is one event, in whichever of Envoy's VMs it shows. */
const ONE_EVENT: u64 = 60_000_000_000;
/** Matches no value that there is, so that the host sets a key only when it is new. */
const ONLY_IF_NEW: u32 = u32.MAX_VALUE;

/**
 * Logs and counts each problem once. Envoy configures a plugin in a VM for the main thread (twice) and in one
 * for each worker; told by each of them, one mistake would be many lines and a counter that nobody can read.
 */
export function report(problems: Problem[], isTaken: bool): void {
  if (problems.length == 0) return;
  const plugin = pluginName();
  const told = min(problems.length, MOST_TOLD);
  for (let i = 0; i < told; i++) {
    if (!isTaken) problems[i].consequence = 'strict: the configuration is refused';
    tell(plugin, problems[i].toString());
  }
  if (told < problems.length) tell(plugin, `and ${problems.length - told} more mistakes; mend these first`);
  flushCounters();
}

function tell(plugin: string, message: string): void {
  if (!isFirstToTell(`${plugin}\0${message}`)) return;
  count(Counter.ConfigErrors);
  log(LogLevel.Error, message);
}

/** True in one VM of the process; the time of telling stands in the host's shared data. */
function isFirstToTell(what: string): bool {
  const key = String.UTF8.encode(what);
  const now = currentTimeNanoseconds();
  if (setSharedData(key, now, ONLY_IF_NEW)) return true;
  if (!getSharedData(key) || Received.size != sizeof<u64>()) return false;
  // Another VM's clock may have been read a little later than this one's.
  if (now < load<u64>(Received.start) + ONE_EVENT) return false;
  return setSharedData(key, now, SharedData.cas);
}

/** Tells plugins of one VM apart: the name and the root id of this one. */
function pluginName(): string {
  return `${property('plugin_name')}\0${property('plugin_root_id')}`;
}

function property(name: string): string {
  return getProperty(String.UTF8.encode(name)) ? String.UTF8.decodeUnsafe(Received.start, Received.size) : '';
}
