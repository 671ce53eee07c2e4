/** An image as files, after image-spec 1.1, image-layout.md. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MeshspanError } from '../errors.ts';
import { type Blob, descriptor, type Image } from './image.ts';
import { type ArchiveFile, tar } from './tar.ts';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const REF_NAME = 'org.opencontainers.image.ref.name';

/** An entry of `index.json`, as far as it is looked into. */
interface IndexEntry {
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * Writes the image into an OCI layout, under `tag`. A layout that is there keeps its other tags.
 *
 * Throws MESHSPAN_ERR_OPTION_INVALID when the folder holds something else, or cannot be written.
 */
export async function writeLayout(image: Image, tag: string, folder: string): Promise<void> {
  const others = (await entriesOf(folder)).filter(({ annotations }) => annotations?.[REF_NAME] !== tag);
  await orRefuse(folder, '--layout', async () => {
    for (const { path, bytes } of layoutFiles(image, tag, others)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
  });
}

/**
 * Writes the layout as one tar: `oci-archive:` of skopeo and podman. It also holds the `manifest.json` that `docker
 * load` and `crane push` look for, as the archives of `docker save` do since Docker 25.
 *
 * Throws MESHSPAN_ERR_OPTION_INVALID when the file cannot be written.
 */
export async function writeArchive(
  image: Image,
  name: string,
  tag: string,
  file: string,
  mtime: Date = new Date(0),
): Promise<void> {
  const docker = [
    { Config: blobPath(image.config), RepoTags: [`${name}:${tag}`], Layers: [blobPath(image.layer)] },
  ];
  const files = [...layoutFiles(image, tag), { path: 'manifest.json', bytes: json(docker) }];
  const bytes = await tar(files, mtime);
  await orRefuse(file, '--tar', () => writeFile(file, bytes));
}

function layoutFiles(image: Image, tag: string, others: readonly IndexEntry[] = []): ArchiveFile[] {
  const entry = { ...descriptor(image.manifest), annotations: { [REF_NAME]: tag } };
  return [
    { path: 'oci-layout', bytes: json({ imageLayoutVersion: '1.0.0' }) },
    ...[image.layer, image.config, image.manifest].map((blob) => ({
      path: blobPath(blob),
      bytes: blob.bytes,
    })),
    // Last, so that a layout never names what is not there yet.
    {
      path: 'index.json',
      bytes: json({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [...others, entry] }),
    },
  ];
}

/** What a layout that is there lists; nothing where the folder is empty or missing. */
async function entriesOf(folder: string): Promise<readonly IndexEntry[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw refusal(folder, '--layout', error);
  }
  if (names.length === 0) return [];
  if (!names.includes('oci-layout')) {
    throw new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
      expected: 'an OCI layout, an empty folder, or a name that is free',
      got: `a folder with ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`,
      where: `--layout ${folder}`,
      mend: 'choose another folder',
    });
  }
  try {
    const index: { readonly manifests?: readonly IndexEntry[] } = JSON.parse(
      await readFile(join(folder, 'index.json'), 'utf8'),
    );
    return index.manifests ?? [];
  } catch (error) {
    throw refusal(folder, '--layout', error);
  }
}

async function orRefuse(path: string, option: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw refusal(path, option, error);
  }
}

function refusal(path: string, option: string, cause: unknown): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_OPTION_INVALID', {
    expected: 'a place that can be written',
    got: cause instanceof Error ? cause.message : String(cause),
    where: `${option} ${path}`,
    mend: 'choose another, or see to its permissions',
    cause,
  });
}

function blobPath({ digest }: Blob): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function json(content: object): Buffer {
  return Buffer.from(JSON.stringify(content));
}
