import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { packImage, sha256 } from './image.ts';

const WASM = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const annotations = { 'org.opencontainers.image.version': '1', 'org.opencontainers.image.title': 'meshspan' };
const read = (bytes: Uint8Array): Record<string, unknown> => JSON.parse(Buffer.from(bytes).toString());

it('is the same on each machine, down to the digest', async () => {
  const image = await packImage(WASM, { annotations });
  expect(image.manifest.digest).toBe(
    'sha256:b6cad02e15933f00d3798f098a00e079d844befb0ee1b1a1c7705ca7e1104d4b',
  );
  expect(Buffer.from(image.layer.bytes).subarray(0, 10).toString('hex')).toBe('1f8b0800000000000203');
});

it('names its parts by type, digest and size, and the annotations by name', async () => {
  const { manifest, config, layer } = await packImage(WASM, { annotations });
  expect(read(manifest.bytes)).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: sha256(config.bytes),
      size: config.bytes.length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: sha256(layer.bytes),
        size: layer.bytes.length,
      },
    ],
    annotations,
  });
  expect(Object.keys(read(manifest.bytes).annotations as object)).toEqual(Object.keys(annotations).sort());
  expect(read(config.bytes)).toEqual({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [sha256(gunzipSync(layer.bytes))] },
  });
});

it('says when it was made where that is given', async () => {
  const created = new Date(1_700_000_000_000);
  const { manifest, config, layer } = await packImage(WASM, { created });
  expect(read(config.bytes)).toMatchObject({ created: '2023-11-14T22:13:20Z' });
  expect(read(manifest.bytes).annotations).toEqual({
    'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
  });
  // The time of the file in the tar, in octal digits (POSIX ustar).
  expect(gunzipSync(layer.bytes).subarray(136, 147).toString()).toBe(
    (1_700_000_000).toString(8).padStart(11, '0'),
  );
});
