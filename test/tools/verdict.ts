import { MeshspanError } from '@meshspan/cli/errors.ts';
import { run } from '@meshspan/cli/process/run.ts';

/**
 * Has a program judge files by its exit status. Resolves with what it said; rejects, when the status is not 0,
 * with MESHSPAN_ERR_COMMAND_FAILED that has all of its words, from stdout too: promtool tells its reasons there.
 */
export async function judge(program: string, args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await run(program, args);
  const said = [stdout.trim(), stderr.trim()].filter((text) => text !== '').join('\n');
  if (status === 0) return said;
  throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
    expected: 'the program to accept the files',
    got: `exit status ${status}; it said:\n${said}`,
    where: [program, ...args].join(' '),
    mend: 'mend what it names',
  });
}
