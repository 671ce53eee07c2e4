import { type Command, Option } from 'commander';
import { nearest } from '../config/check.ts';
import { loadMesh } from '../config/load.ts';
import { ENVOY_RELEASES, ISTIO_RELEASES, toVersions } from '../config/versions.ts';
import { MeshspanError } from '../errors.ts';
import { differences, writeFiles } from '../generate/output.ts';
import { generateAll, generateFiles, TARGETS } from '../generate/targets.ts';

interface Options {
  readonly file: string;
  readonly output: string;
  readonly istio?: string;
  readonly envoy?: string;
  readonly check?: boolean;
  readonly diff?: boolean;
  readonly json?: boolean;
}

export function registerGenerate(program: Command): void {
  program
    .command('generate')
    .description('Write the configurations of a meshspan.yaml.')
    .argument('<target...>', `all, or of: ${TARGETS.map(({ name }) => name).join(', ')}`)
    .option('-f, --file <path>', 'the definition', 'meshspan.yaml')
    .option('-o, --output <folder>', 'the folder to write to: a folder of each target in it', 'generated')
    .addOption(
      new Option('--istio <release>', `release of Istio: ${ISTIO_RELEASES.join(', ')} (default: the last)`),
    )
    .addOption(
      new Option(
        '--envoy <release>',
        `release of plain Envoy: ${ENVOY_RELEASES.join(', ')} (default: the last)`,
      ),
    )
    .option('--check', 'write nothing; exit code 1 when the folder is not what would be generated')
    .option('--diff', 'write nothing; show what would change')
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `\nTargets:\n${TARGETS.map(({ name, summary }) => `  ${name.padEnd(14)}${summary}`).join('\n')}`,
    )
    .action(generate);
}

async function generate(names: readonly string[], options: Options): Promise<void> {
  const chosen = toTargets(names);
  const loaded = await loadMesh(options.file);
  const versions = toVersions(options);
  const { files, skipped } = names.includes('all')
    ? generateAll(loaded, versions)
    : { files: generateFiles(chosen, loaded, versions), skipped: [] };
  // What is left out stays as it is: nobody asked for its files to be removed.
  const targets = chosen.filter((name) => skipped.every(({ target }) => target !== name));
  for (const { target, why } of skipped) {
    process.stderr.write(
      `skipped  ${target}: expected ${why.expected}, got ${why.got} (${why.where}); ${why.mend}\n`,
    );
  }
  if (options.check !== true && options.diff !== true) {
    const changes = await writeFiles(options.output, targets, files);
    if (options.json === true)
      return print({
        written: changes.map(({ path, kind }) => ({ path, kind })),
        skipped: skipped.map(({ target, why }) => ({ target, why: why.message })),
      });
    for (const { path, kind } of changes) say(`${kind === 'left over' ? 'removed' : 'written'}  ${path}`);
    return say(`${files.length} files in ${options.output}, ${changes.length} of them new or changed`);
  }
  const changes = await differences(options.output, targets, files);
  if (options.json === true) print({ stale: changes });
  else if (options.diff === true) for (const { patch } of changes) say(patch.trimEnd());
  if (options.check === true && changes.length > 0) {
    throw new MeshspanError('MESHSPAN_ERR_STALE', {
      expected: 'the files that would be generated',
      got: changes.map(({ path, kind }) => `${path} (${kind})`).join(', '),
      ...{
        where: options.output,
        mend: `meshspan generate ${names.join(' ')} -f ${options.file} -o ${options.output}`,
      },
    });
  }
}

function toTargets(names: readonly string[]): readonly string[] {
  const known = TARGETS.map(({ name }) => name);
  const unknown = names.filter((name) => name !== 'all' && !known.includes(name));
  if (unknown.length > 0) {
    const near = nearest(unknown[0] as string, known);
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      ...{ expected: `all, or of ${known.join(', ')}`, got: unknown.join(', '), where: 'the targets' },
      mend: near === undefined ? 'name one of these' : `did you mean ${near}?`,
    });
  }
  return names.includes('all') ? known : known.filter((name) => names.includes(name));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function print(value: object): void {
  say(JSON.stringify(value, null, 2));
}
