/** The image of the filter in a meshspan.yaml, so that what is generated names exactly what was pushed. */
import { readFile, writeFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { MeshspanError } from '../errors.ts';

/** Sets `filter.image` and `filter.sha256` of a definition; all else stays as it is, comments too. */
export async function writeImage(file: string, image: string, sha256: string): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['filter', 'image'], image);
  document.setIn(['filter', 'sha256'], sha256);
  try {
    await writeFile(file, document.toString({ lineWidth: 0, flowCollectionPadding: true }));
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_FILE_UNWRITABLE', {
      ...{ expected: 'a definition that can be written', got: String(cause), where: file, cause },
      mend: 'mend its permissions, or put image and sha256 in by hand',
    });
  }
}
