import { cpus, release } from 'node:os';
import { run } from '@meshspan/cli/process/run.ts';

/** Where figures were measured: without it they say nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly kernel: string;
  /** Whether Envoy and the client had a core each. */
  readonly pinned: boolean;
}

/** Core of Envoy and core of the client, where the machine has two. */
export const ENVOY_CORE = 0;
export const CLIENT_CORE = 1;

export async function describeMachine(): Promise<Machine> {
  const cores = cpus();
  const canPin = (await run('taskset', ['--version'])).status === 0;
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    kernel: release(),
    pinned: cores.length > 1 && canPin,
  };
}

/** The command line that runs a program on one core; the program keeps the process id, as taskset execs. */
export function onCore(
  machine: Machine,
  core: number,
  command: string,
  args: readonly string[],
): { command: string; args: string[] } {
  if (!machine.pinned) return { command, args: [...args] };
  return { command: 'taskset', args: ['--cpu-list', String(core), command, ...args] };
}
