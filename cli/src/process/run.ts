import { spawn } from 'node:child_process';
import { MeshspanError } from '../errors.ts';

/** What a program that has ended left behind. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. A program that is not there has status 127, as in a shell. */
export function run(command: string, args: readonly string[]): Promise<Finished> {
  return runWithInput(command, args, '');
}

/** As `run`, with a text on the program's stdin. */
export function runWithInput(command: string, args: readonly string[], input: string): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'pipe' });
    // A program that is not there, or ends before it has read all, breaks the pipe: its status tells.
    child.stdin.on('error', () => {}).end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', (error) => resolve({ status: 127, stdout, stderr: error.message }));
    child.once('close', (status) => resolve({ status: status ?? 1, stdout, stderr }));
  });
}

/** As `run`, but any status other than 0 is an error that says what the program said. */
export async function runOrFail(command: string, args: readonly string[], mend: string): Promise<string> {
  const { status, stdout, stderr } = await run(command, args);
  if (status === 0) return stdout;
  throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
    expected: 'exit status 0',
    got: `${status}: ${stderr.trim().split('\n').slice(-5).join('\n')}`,
    where: [command, ...args].join(' '),
    mend,
  });
}
