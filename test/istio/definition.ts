/** The definition of examples/shop/istio, with the addresses of this machine, and what the command line makes of it. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { parse, parseDocument } from 'yaml';
import type { Attach } from './releases.ts';

const MAIN = fileURLToPath(new URL('../../cli/src/main.ts', import.meta.url));
const SHOP = fileURLToPath(new URL('../../examples/shop/istio/meshspan.yaml', import.meta.url));

const IMAGE = 'meshspan/filter:1';
/** Not the build that the definition needs. */
const OTHER = fileURLToPath(new URL('../../filter/build/meshspan-request.wasm', import.meta.url));

/** Paths of what `meshspan generate istio` wrote. */
export interface Generated {
  /** `istio/`, whole: what `kubectl apply -f` takes. */
  readonly folder: string;
  readonly meshConfig: string;
  /** What that says of each proxy. */
  readonly defaultConfig: object;
  /** The one resource that brings the module: wasm-plugin.yaml or traffic-extension.yaml. */
  readonly plugin: string;
  readonly telemetry: string;
  /** Every resource of Istio, in the order of their names. */
  readonly resources: readonly string[];
  readonly collector: string;
}

export interface Definition {
  /** Writes the resources of the definition as it is now, into a folder of that name. */
  generate(name: string): Promise<Generated>;
  /** Sets a field of meshspan.yaml; undefined takes it out. */
  set(path: readonly (string | number)[], value: unknown): Promise<void>;
  /** Pushes the filter once more: a registry that was stopped has forgotten it. */
  push(registry: string): Promise<void>;
  /** Pushes another module under the tag that meshspan.yaml names, without telling it. */
  pushOther(registry: string): Promise<void>;
}

export interface Place {
  /** Where spans are sent: `host:port`. */
  readonly collector: string;
  /** Where the filter is pushed to. */
  readonly registry: string;
  /** Release of Istio that is generated for. */
  readonly istio: string;
  /** `filter.attach`. Default: that of the example. */
  readonly attach?: Attach | undefined;
}

/**
 * Writes meshspan.yaml into `folder`: the example's, for this place, and tails decided on sooner. Then packs and pushes
 * the filter, which puts image and checksum into it.
 */
export async function shopDefinition(
  folder: string,
  { collector, registry, istio, attach }: Place,
): Promise<Definition> {
  const file = join(folder, 'meshspan.yaml');
  const document = parseDocument(await readFile(SHOP, 'utf8'));
  document.setIn(['collector'], { decisionWait: '1s', keep: { slowerThan: '500ms', percent: 100 } });
  document.setIn(['backends', 'tracing'], `otlp+http://${collector}`);
  if (attach !== undefined) document.setIn(['filter', 'attach'], attach);
  await writeFile(file, document.toString());
  const push = async (registry: string): Promise<void> => {
    await meshspan(['pack', '-f', file, '--push', `${registry}/${IMAGE}`, '--insecure']);
  };
  await push(registry);
  return {
    push,
    async set(path, value) {
      const changed = parseDocument(await readFile(file, 'utf8'));
      if (value === undefined) changed.deleteIn(path);
      else changed.setIn(path, value);
      await writeFile(file, changed.toString());
    },
    async pushOther(registry) {
      await meshspan(['pack', '--wasm', OTHER, '--push', `${registry}/${IMAGE}`, '--insecure']);
    },
    async generate(name) {
      const output = join(folder, name);
      await meshspan(['generate', 'istio', 'collector', '--istio', istio, '-f', file, '-o', output]);
      const attach = parseDocument(await readFile(file, 'utf8')).getIn(['filter', 'attach']);
      const plugin = attach === 'trafficExtension' ? 'traffic-extension.yaml' : 'wasm-plugin.yaml';
      const istioFolder = join(output, 'istio');
      const files = (await readdir(istioFolder)).filter((name) => name.endsWith('.yaml')).sort();
      const meshConfig = join(istioFolder, 'install', 'mesh-config.yaml');
      return {
        defaultConfig: (parse(await readFile(meshConfig, 'utf8')) as Pick<Generated, 'defaultConfig'>)
          .defaultConfig,
        ...{ folder: istioFolder, meshConfig },
        resources: files.map((name) => join(istioFolder, name)),
        collector: join(output, 'collector', 'collector.yaml'),
        plugin: join(istioFolder, plugin),
        telemetry: join(istioFolder, 'telemetry.yaml'),
      };
    },
  };
}

function meshspan(args: readonly string[]): Promise<string> {
  return runOrFail(process.execPath, [MAIN, ...args], 'mend what it names');
}
