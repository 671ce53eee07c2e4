import { spawn } from 'node:child_process';

/**
 * Has a command run when this process has ended, however that happens (see `guarded.ts`): for what is not a
 * child of this process, such as a container. Returns a function that calls it off.
 */
export function runAfterDeath(command: string, args: readonly string[]): () => void {
  const shell = spawn('sh', ['-c', 'cat >/dev/null; exec "$@" >/dev/null 2>&1', 'sh', command, ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  return () => {
    // Before the pipe closes, which is the sign that the shell waits for.
    shell.kill('SIGKILL');
    shell.stdin.destroy();
  };
}
