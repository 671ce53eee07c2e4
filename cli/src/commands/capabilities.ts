import { type Command, Option } from 'commander';
import { stringify } from 'yaml';
import { capabilityRestriction, requiredCapabilities } from '../filter/capabilities.ts';
import { loadFilter } from '../filter/load.ts';

interface Options {
  readonly wasm?: string;
  readonly format: 'yaml' | 'json';
}

const WHERE = `# Envoy 1.40 and later: a field of vm_config. Before: of the plugin's config, beside vm_config, and
# the plugins that share a VM need the same list.
`;

/** Adds `meshspan capabilities`. */
export function registerCapabilities(program: Command): void {
  program
    .command('capabilities')
    .description('Print what the filter needs of Envoy, as the list that allows it that and nothing else.')
    .option('--wasm <file>', 'the filter (default: the built one)')
    .addOption(new Option('--format <format>', 'how to print it').choices(['yaml', 'json']).default('yaml'))
    .action(async ({ wasm, format }: Options) => {
      const { module } = await loadFilter(wasm);
      const config = { capability_restriction_config: capabilityRestriction(requiredCapabilities(module)) };
      process.stdout.write(
        format === 'json' ? `${JSON.stringify(config, null, 2)}\n` : WHERE + stringify(config),
      );
    });
}
