import type { Command } from 'commander';
import { mistakesOf } from '../config/load.ts';
import { mistakeText } from '../config/mistakes.ts';
import { readSource } from '../config/source.ts';

interface Options {
  readonly json?: boolean;
  readonly file?: string;
}

export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('Tell every mistake of a meshspan.yaml, with its line. Exit code 1 when there is one.')
    .argument('[file]', 'the definition; -f names it too, as everywhere (default: "meshspan.yaml")')
    .option('-f, --file <path>', 'the definition')
    .option('--json', 'print the mistakes as JSON')
    .action(async (argument: string | undefined, { json = false, file: option }: Options) => {
      const file = argument ?? option ?? 'meshspan.yaml';
      const mistakes = mistakesOf(await readSource(file));
      if (json) process.stdout.write(`${JSON.stringify({ mistakes }, null, 2)}\n`);
      else if (mistakes.length === 0) process.stdout.write(`${file}: valid\n`);
      else {
        process.stdout.write(`${mistakes.map(mistakeText).join('\n\n')}\n\n`);
        process.stderr.write(
          `${file}: ${mistakes.length} ${mistakes.length === 1 ? 'mistake' : 'mistakes'}\n`,
        );
      }
      if (mistakes.length > 0) process.exitCode = 1;
    });
}
