import { MeshspanError } from '@meshspan/cli/errors.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { CLIENT_CORE, type Machine, onCore } from './machine.ts';

/** One burst of requests. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly milliseconds: number;
}

/** Seconds after which wrk ends by itself, should this process be stopped in between. */
const LONGEST_SECONDS = 10;

/** Throws MESHSPAN_ERR_COMMAND_FAILED where there is no wrk. */
export async function requireWrk(): Promise<void> {
  // It has no option that ends with status 0; 127 is what `run` says of a program that is not there.
  const { status, stderr } = await run('wrk', ['--version']);
  if (status !== 127) return;
  throw failure('the program wrk', stderr, 'install it (Debian: apt-get install wrk)');
}

/**
 * Sends requests as fast as they are answered; resolves with how many were answered. Where something else keeps the
 * machine busy, wrk may be asked to end before it has begun: the burst is sent again then, twice as long.
 */
export async function sendRequests(machine: Machine, load: Load): Promise<number> {
  const told = await burst(machine, load);
  const answered = Number(/(\d+) requests in/.exec(told)?.[1]);
  // A filter that fails has Envoy answer 503: fast, and not what is to be measured.
  if (/Non-2xx|Socket errors/.test(told))
    throw failure('every answer to be 200', told, "look at Envoy's log");
  if (answered > 0) return answered;
  const longer = { ...load, milliseconds: load.milliseconds * 2 };
  if (longer.milliseconds < LONGEST_SECONDS * 1000) return sendRequests(machine, longer);
  throw failure('some requests to be answered', told, 'look at what wrk printed');
}

/** Runs wrk once; resolves with what it told. */
async function burst(machine: Machine, load: Load): Promise<string> {
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const args = ['-t1', `-c${load.connections}`, `-d${LONGEST_SECONDS}s`, ...headers, load.url];
  const client = onCore(machine, CLIENT_CORE, 'wrk', args);
  const wrk = await startGuarded(client.command, client.args, {
    name: 'wrk',
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
  });
  try {
    await new Promise((resolve) => setTimeout(resolve, load.milliseconds));
    // wrk counts in whole seconds; SIGINT makes it stop and tell what it has, which allows shorter bursts.
    process.kill(wrk.pid, 'SIGINT');
    await wrk.ended;
  } finally {
    await wrk.stop();
  }
  return wrk.lines().join('\n');
}

function failure(expected: string, got: string, mend: string): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', { expected, got, where: 'wrk', mend });
}
