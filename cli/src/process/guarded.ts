import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MeshspanError, type MeshspanErrorCode } from '../errors.ts';

/**
 * Runs a program and ends it when this process ends, however that happens: the shell holds the read end of a
 * pipe, and the kernel closes the write end even after SIGKILL. `exit` hooks and signal handlers do not
 * cover that case.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null & program=$!
{ cat <&3 >/dev/null; kill -KILL $program; } >/dev/null 2>&1 & watch=$!
exec 3<&-
wait $program; status=$?
kill $watch 2>/dev/null
exit $status`;

/** Lines kept of what a program printed: enough for the reason of a failure, bounded for a long run. */
export const KEPT_LINES = 5000;

/** A running program. */
export interface GuardedProcess {
  /** Process id of the program itself, not of the shell around it. */
  readonly pid: number;
  /** The last lines it printed, stdout and stderr in the order they came. */
  lines(): readonly string[];
  /** Resolves with the first line, past or to come, that matches; rejects when the program ends before it. */
  waitForLine(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Ends it: SIGTERM, and SIGKILL after `graceMs`. Resolves when it is gone; may be called twice. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves with the exit status when the program has ended by itself or by `stop`. */
  readonly ended: Promise<number>;
}

/** How a program is to be run. */
export interface GuardedOptions {
  /** Name for messages. */
  readonly name: string;
  /** The code of the error when it ends too early. */
  readonly code: MeshspanErrorCode;
  /** Environment in addition to this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `command` with `args`. POSIX only: there is no Envoy for Windows. */
export async function startGuarded(
  command: string,
  args: readonly string[],
  { name, code, env }: GuardedOptions,
): Promise<GuardedProcess> {
  // A group of its own, so that a Ctrl-C in the terminal reaches this process only, which ends the others in
  // order; and `echo $program` tells the program's own id, which is what signals must go to.
  const script = GUARD.replace('exec 3<&-\nwait', 'echo "guarded pid $program" >&2\nexec 3<&-\nwait');
  const shell = spawn('sh', ['-c', script, name, command, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...env },
  });
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const ended = new Promise<number>((resolve) => {
    shell.once('error', () => resolve(127));
    shell.once('exit', (status, signal) => {
      shell.stdin.destroy();
      resolve(status ?? (signal === null ? 1 : 128));
    });
  });
  const { promise: pidKnown, resolve: tellPid } = Promise.withResolvers<number>();
  collectLines(shell, (line) => {
    const pid = /^guarded pid (\d+)$/.exec(line);
    if (pid !== null) return tellPid(Number(pid[1]));
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    for (const listener of listeners) listener(line);
  });

  const failure = (expected: string, status: number | string): MeshspanError =>
    new MeshspanError(code, {
      expected,
      got: `${typeof status === 'number' ? `exit status ${status}` : status}; it printed:\n${lines.slice(-15).join('\n')}`,
      where: `${name}: ${command}`,
      mend: 'mend what its own last lines name',
    });
  const pid = await Promise.race([
    pidKnown,
    ended.then((status) => Promise.reject(failure('the program to start', status))),
  ]);
  let stopping: Promise<void> | undefined;

  return {
    pid,
    ended,
    lines: () => lines,
    waitForLine(pattern, timeoutMs = 20_000) {
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          clearTimeout(timer);
          listeners.delete(listener);
        };
        const listener = (line: string): void => {
          const match = line.match(pattern);
          if (match === null) return;
          settle();
          resolve(match);
        };
        const timer = setTimeout(() => {
          settle();
          reject(failure(`a line ${pattern}`, `none within ${timeoutMs} ms`));
        }, timeoutMs);
        listeners.add(listener);
        for (const line of [...lines]) listener(line);
        void ended.then((status) => {
          settle();
          reject(failure(`a line ${pattern}`, status));
        });
      });
    },
    stop(graceMs = 3000) {
      stopping ??= endProcess(pid, ended, graceMs);
      return stopping;
    },
  };
}

async function endProcess(pid: number, ended: Promise<number>, graceMs: number): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(pid, name);
    } catch {
      // ESRCH: it has ended by itself, which is what was wanted.
    }
  };
  signal('SIGTERM');
  const timer = setTimeout(() => signal('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

function collectLines(child: ChildProcess, line: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', line);
  }
}
