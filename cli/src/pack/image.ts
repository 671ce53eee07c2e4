import { createHash } from 'node:crypto';
import { gzipSync } from 'fflate';
import { tar } from './tar.ts';

/**
 * Media types of an OCI image manifest and its parts (image-spec 1.1, media-types.md). Istio's agent takes a
 * manifest of this type when its last layer is exactly this one and holds a file plugin.wasm
 * (istio/pkg/wasm/imagefetcher.go, `extractOCIStandardImage`, `extractWasmPluginBinary`); zstd is refused.
 */
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip';
const PLUGIN_FILE = 'plugin.wasm';

/**
 * A module runs on any platform, but Docker and containerd want one that they know. This is what
 * go-containerregistry, and so Istio's agent, asks for when it has to choose. One manifest and no index: behind an
 * index the digest that Istio compares would be that of the manifest inside, not that of the tag.
 */
const PLATFORM = { architecture: 'amd64', os: 'linux' };

/** Content and how the manifest names it (image-spec, descriptor.md). */
export interface Blob {
  readonly mediaType: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly bytes: Uint8Array;
}

/** A filter as an image. */
export interface Image {
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layer: Blob;
}

/** What an image says of itself. */
export interface ImageOptions {
  /** Of the manifest (image-spec, annotations.md). Written in the order of their names. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** When it was made. Default: the image says nothing, and the file in it is from 1970. */
  readonly created?: Date;
}

/** The image of a module. The same module and options give the same digests, on each machine and Node. */
export async function packImage(
  wasm: Uint8Array,
  { annotations = {}, created }: ImageOptions = {},
): Promise<Image> {
  const files = await tar([{ path: PLUGIN_FILE, bytes: wasm }], created ?? new Date(0));
  // Not node:zlib: its output depends on the zlib that Node is linked to and on the processor, and its header names
  // the operating system. This one is plain JavaScript, and its header is constant.
  const layer = blob(LAYER_TYPE, gzipSync(files, { level: 9, mtime: 0 }));
  const stamp = created === undefined ? {} : { created: toRfc3339(created) };
  const config = json(CONFIG_TYPE, {
    ...stamp,
    ...PLATFORM,
    config: {},
    rootfs: { type: 'layers', diff_ids: [sha256(files)] },
  });
  const all = Object.entries({
    ...annotations,
    ...(created === undefined ? {} : { 'org.opencontainers.image.created': toRfc3339(created) }),
  });
  const manifest = json(MANIFEST_TYPE, {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor(config),
    layers: [descriptor(layer)],
    ...(all.length === 0
      ? {}
      : { annotations: Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))) }),
  });
  return { manifest, config, layer };
}

/** `sha256:` and the digest of `bytes` in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** How other documents name a blob. */
export function descriptor({ mediaType, digest, size }: Blob): Omit<Blob, 'bytes'> {
  return { mediaType, digest, size };
}

function json(mediaType: string, content: object): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(content)));
}

function blob(mediaType: string, bytes: Uint8Array): Blob {
  return { mediaType, digest: sha256(bytes), size: bytes.length, bytes };
}

/** Without milliseconds, as SOURCE_DATE_EPOCH has none. */
function toRfc3339(time: Date): string {
  return time.toISOString().replace('.000Z', 'Z');
}
