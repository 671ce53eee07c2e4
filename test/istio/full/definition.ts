/** The definition of examples/shop as someone with an Istio would have it, and what the command line makes of it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { parseDocument } from 'yaml';

const MAIN = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const SHOP = fileURLToPath(new URL('../../../examples/shop/meshspan.yaml', import.meta.url));

/** Paths of what `meshspan generate istio` wrote. */
export interface Generated {
  /** `istio/`, whole: what `kubectl apply -f` takes. */
  readonly folder: string;
  readonly meshConfig: string;
  /** The one resource that brings the module: wasm-plugin.yaml or traffic-extension.yaml. */
  readonly plugin: string;
  readonly telemetry: string;
}

export interface Definition {
  /** Writes the resources of the definition as it is now, into a folder of that name. */
  generate(name: string): Promise<Generated>;
  /** Sets a field of meshspan.yaml. */
  set(path: readonly (string | number)[], value: unknown): Promise<void>;
}

/**
 * Writes meshspan.yaml into `folder`: the example's, with its spans sent to `collector` (`host:port`) and without the
 * plain Envoys, then packs and pushes the filter to `registry`, which puts image and checksum into it.
 */
export async function shopDefinition(
  folder: string,
  collector: string,
  registry: string,
): Promise<Definition> {
  const file = join(folder, 'meshspan.yaml');
  const document = parseDocument(await readFile(SHOP, 'utf8'));
  document.delete('envoy');
  document.setIn(['backends', 'tracing'], `otlp+http://${collector}`);
  await writeFile(file, document.toString());
  await meshspan(['pack', '-f', file, '--push', `${registry}/meshspan/filter:1`, '--insecure']);
  return {
    async set(path, value) {
      const changed = parseDocument(await readFile(file, 'utf8'));
      changed.setIn(path, value);
      await writeFile(file, changed.toString());
    },
    async generate(name) {
      const output = join(folder, name);
      await meshspan(['generate', 'istio', '-f', file, '-o', output]);
      const attach = parseDocument(await readFile(file, 'utf8')).getIn(['filter', 'attach']);
      const plugin = attach === 'trafficExtension' ? 'traffic-extension.yaml' : 'wasm-plugin.yaml';
      return {
        folder: join(output, 'istio'),
        meshConfig: join(output, 'istio', 'install', 'mesh-config.yaml'),
        plugin: join(output, 'istio', plugin),
        telemetry: join(output, 'istio', 'telemetry.yaml'),
      };
    },
  };
}

function meshspan(args: readonly string[]): Promise<string> {
  return runOrFail(process.execPath, [MAIN, ...args], 'mend what it names');
}
