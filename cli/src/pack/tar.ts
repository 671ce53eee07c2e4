import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A file of an archive. */
export interface ArchiveFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files as an uncompressed tar, the same bytes on each machine: of owner and mode nothing is taken from the
 * file system, and all are from the time `mtime`.
 */
export async function tar(files: readonly ArchiveFile[], mtime: Date): Promise<Buffer> {
  const archive = pack();
  for (const { path, bytes } of files) {
    archive.entry({ name: path, mode: 0o644, uid: 0, gid: 0, mtime }, Buffer.from(bytes));
  }
  archive.finalize();
  return buffer(archive);
}
