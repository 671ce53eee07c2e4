/** What the commands of this folder, benchmark, soak and Istio, do alike with their command lines. */
import { isMeshspanError, MeshspanError } from '@meshspan/cli/errors.ts';

/** Prints `help` and ends with 0 where it is asked for. */
export function printHelpIfAsked(help: string): void {
  if (!process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) return;
  console.log(help);
  process.exit(0);
}

/** Runs `read`; what it throws becomes MESHSPAN_ERR_OPTION_INVALID, which says how to call the command. */
export function readCommandLine<Options>(command: string, usage: string, read: () => Options): Options {
  try {
    return read();
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: usage,
      // What follows is a hint of parseArgs for callers who know the positionals.
      got: cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause),
      where: `${command} -- …`,
      mend: 'call it so',
      cause,
    });
  }
}

/** The number that an option holds; throws TypeError where it is none, or out of bounds. */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new TypeError(`${option} ${text}: not a whole number from ${least} to ${most}`);
}

/** Tells of what ended the command: exit code 130 for a signal, 2 for wrong usage, 1 for all else. */
export function endWith(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) {
    process.exitCode = 130;
    return;
  }
  console.error(isMeshspanError(error) ? error.message : error);
  const wrongUsage = isMeshspanError(error) && error.code === 'MESHSPAN_ERR_OPTION_INVALID';
  process.exitCode = wrongUsage ? 2 : 1;
}
