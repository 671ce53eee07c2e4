import type { Command } from 'commander';
import { stringify } from 'yaml';
import packageJson from '../../package.json' with { type: 'json' };
import { loadMesh } from '../config/load.ts';
import { MeshspanError } from '../errors.ts';
import { builtFilter, loadFilter } from '../filter/load.ts';
import { writeImage } from '../pack/definition.ts';
import { type Image, packImage, sha256 } from '../pack/image.ts';
import { writeArchive, writeLayout } from '../pack/layout.ts';
import { parseReference, printReference, type Reference } from '../pack/reference.ts';
import { pushImage } from '../pack/registry.ts';
import { moduleOf } from '../plan/module.ts';

interface Options {
  readonly file?: string;
  readonly wasm?: string;
  readonly layout?: string;
  readonly tar?: string;
  readonly push?: string;
  readonly insecure?: boolean;
  readonly annotation: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

const NAME = 'meshspan';

/** Adds `meshspan pack`. */
export function registerPack(program: Command): void {
  program
    .command('pack')
    .description('Make an image of the filter that Istio takes, and tell the sha256 for its WasmPlugin.')
    .option(
      '-f, --file <path>',
      'a meshspan.yaml: pack the build of the filter that it needs, and with --push write image and sha256 into it',
    )
    .option('--wasm <file>', 'the filter (default: the built one)')
    .option('--layout <folder>', 'write it as an OCI layout')
    .option('--tar <file>', 'write it as an archive for skopeo, podman and `docker load`')
    .option('--push <reference>', `push it: ghcr.io/acme/${NAME}; without a tag it gets the version`)
    .option('--insecure', 'push over http')
    .option('--annotation <key=value>', 'annotate it; may be repeated', addAnnotation, {})
    .option('--json', 'print the result as one JSON object')
    .action(pack);
}

async function pack(options: Options): Promise<void> {
  const { layout, tar, push, insecure = false } = options;
  const { version, license } = packageJson;
  const reference = push === undefined ? undefined : parseReference(push, version);
  const created = sourceDate();
  const { bytes } = await loadFilter(options.wasm ?? (await moduleFor(options.file)));
  const image = await packImage(bytes, {
    annotations: {
      'org.opencontainers.image.title': NAME,
      'org.opencontainers.image.version': version,
      'org.opencontainers.image.licenses': license,
      ...options.annotation,
    },
    ...(created === undefined ? {} : { created }),
  });
  const tag = reference?.tag ?? version;
  if (layout !== undefined) await writeLayout(image, tag, layout);
  if (tar !== undefined) {
    const name = reference === undefined ? NAME : `${reference.registry}/${reference.repository}`;
    await writeArchive(image, name, tag, tar, created);
  }
  if (reference !== undefined) await pushImage(image, reference, { insecure });
  if (reference !== undefined && options.file !== undefined) {
    const digits = image.manifest.digest.replace('sha256:', '');
    await writeImage(options.file, `oci://${printReference(reference)}`, digits);
  }
  const report = { ...describe(image, bytes, reference), ...(layout && { layout }), ...(tar && { tar }) };
  process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : stringify(report));
}

/** Path of the build that a definition needs; without one the whole filter, which is always enough. */
async function moduleFor(definition: string | undefined): Promise<string | undefined> {
  return definition === undefined ? undefined : builtFilter(moduleOf((await loadMesh(definition)).mesh));
}

/**
 * For `oci://` Istio's agent compares `WasmPlugin.spec.sha256` with the digest of the manifest (istio/pkg/wasm/cache.go,
 * `getOrFetch`: `dChecksum` comes from `PrepareFetch` of imagefetcher.go, which is `img.Digest()`); for `http(s)://`
 * with that of the module. The field has the digits alone.
 */
function describe(image: Image, wasm: Uint8Array, reference: Reference | undefined): object {
  const { digest } = image.manifest;
  return {
    ...(reference === undefined ? {} : { image: `${printReference(reference)}@${digest}` }),
    manifest: digest,
    module: sha256(wasm),
    wasmPlugin: {
      ...(reference === undefined ? {} : { url: `oci://${printReference(reference)}` }),
      sha256: digest.replace('sha256:', ''),
    },
  };
}

function addAnnotation(
  text: string,
  before: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const [key = '', ...value] = text.split('=');
  if (key !== '' && value.length > 0) return { ...before, [key]: value.join('=') };
  throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
    expected: 'a key and a value: org.opencontainers.image.source=https://example.org/meshspan',
    got: text,
    where: '--annotation',
    mend: 'write both, with a = in between',
  });
}

/** Seconds since 1970 (reproducible-builds.org, SOURCE_DATE_EPOCH specification 1.1). */
function sourceDate(): Date | undefined {
  const text = process.env.SOURCE_DATE_EPOCH;
  if (text === undefined || text === '') return undefined;
  const date = new Date(Number(text) * 1000);
  if (/^\d+$/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
    expected: 'whole seconds since 1970',
    got: text,
    where: 'SOURCE_DATE_EPOCH',
    mend: 'correct it, or unset it for an image without a date',
  });
}
