import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import schema from '../../meshspan.schema.json' with { type: 'json' };
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { MeshspanError } from '../errors.ts';
import { ask } from '../init/ask.ts';
import { DEFAULT_ANSWERS, SCHEMA_FILE, template } from '../init/template.ts';

interface Options {
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly file: string;
}

export function registerInit(program: Command): void {
  program
    .command('init')
    .description(
      `Ask a few questions and write a commented meshspan.yaml, and ${SCHEMA_FILE} for editors beside it.`,
    )
    .option('-f, --file <path>', 'the file to write', 'meshspan.yaml')
    .option('-y, --yes', 'ask nothing, take the defaults')
    .option('--force', 'write over a file that is there')
    .action(init);
  program
    .command('schema')
    .description('Print the JSON Schema of meshspan.yaml.')
    .action(() => {
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    });
}

async function init({ yes = false, force = false, file }: Options): Promise<void> {
  if (!force && (await exists(file))) {
    throw new MeshspanError('MESHSPAN_ERR_FILE_UNWRITABLE', {
      ...{ expected: 'no such file yet', got: 'one that is there', where: file },
      mend: 'pass another by -f, or --force to write over it',
    });
  }
  if (!yes && !process.stdin.isTTY) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'a terminal to ask on, or --yes',
      ...{ got: 'no terminal', where: 'stdin', mend: 'pass --yes to take the defaults' },
    });
  }
  const text = template(yes ? DEFAULT_ANSWERS : await ask(DEFAULT_ANSWERS));
  // Before it is written: a definition of ours that has a mistake is a bug of ours.
  toMesh(parseSource(text, file));
  const schemaFile = join(dirname(file), SCHEMA_FILE);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    await writeFile(schemaFile, `${JSON.stringify(schema, null, 2)}\n`);
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_FILE_UNWRITABLE', {
      ...{ expected: 'a file that can be written', got: String(cause), where: file, cause },
      mend: 'choose another by -f, or mend its permissions',
    });
  }
  process.stdout.write(
    `written  ${file}\nwritten  ${schemaFile}\nNext: meshspan explain -f ${file}, then meshspan generate all -f ${file}\n`,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
