import { type Command, Option } from 'commander';
import { loadMesh } from '../config/load.ts';
import { ENVOY_OF_ISTIO, ENVOY_RELEASES, ISTIO_RELEASES, toVersions } from '../config/versions.ts';
import { MeshspanError } from '../errors.ts';
import { explain } from '../explain/explain.ts';
import { explainedText } from '../explain/text.ts';

interface Options {
  readonly file: string;
  readonly istio?: string;
  readonly envoy?: string;
  readonly json?: boolean;
}

export function registerExplain(program: Command): void {
  program
    .command('explain')
    .description(
      'Tell how attributes get to spans, logs, metrics and headers, who carries them, and what it costs.',
    )
    .argument('[attribute]', 'key of one; default: all')
    .option('-f, --file <path>', 'the definition', 'meshspan.yaml')
    .addOption(
      new Option('--istio <release>', `on the Envoy of this Istio: ${ISTIO_RELEASES.join(', ')}`).conflicts(
        'envoy',
      ),
    )
    .addOption(
      new Option('--envoy <release>', `on this Envoy: ${ENVOY_RELEASES.join(', ')} (default: the last)`),
    )
    .option('--json', 'print it as JSON')
    .action(async (key: string | undefined, options: Options) => {
      const loaded = await loadMesh(options.file);
      const keys = loaded.mesh.attributes.map((attribute) => attribute.key);
      if (key !== undefined && !keys.includes(key)) {
        throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
          ...{ expected: `one of ${keys.join(', ')}`, got: key, where: `the attributes of ${options.file}` },
          mend: 'name one of these, or none for all',
        });
      }
      const versions = toVersions(options);
      const envoy = options.istio === undefined ? versions.envoy : (ENVOY_OF_ISTIO[versions.istio] as string);
      const explained = explain(loaded, { ...versions, envoy }, key);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(explained, null, 2)}\n` : explainedText(explained),
      );
    });
}
