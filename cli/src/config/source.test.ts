import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mistakesOf } from './load.ts';
import { parseSource, readSource } from './source.ts';

const TEXT = 'name: shop\nclusters: [{ name: "Zürich" }]\n';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshspan-source-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array): Promise<unknown> {
  const file = join(folder, 'meshspan.yaml');
  await writeFile(file, bytes);
  return (await readSource(file)).value;
}

describe('encodings', () => {
  it('UTF-8 with a byte order mark is the same text', async () => {
    const plain = await read(Buffer.from(TEXT));
    expect(plain).toEqual({ name: 'shop', clusters: [{ name: 'Zürich' }] });
    expect(await read(Buffer.from(`\ufeff${TEXT}`))).toEqual(plain);
  });

  it.each([
    ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
    ['UTF-16 without one', Buffer.from('name: shop\n', 'utf16le')],
    ['Latin-1', Buffer.from(TEXT, 'latin1')],
  ])('%s is told, not taken for another text', async (_name, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({
      ...{ code: 'MESHSPAN_ERR_FILE_UNREADABLE', expected: 'a text in UTF-8' },
    });
  });
});

it('a folder and a file that is not there are told in words', async () => {
  await expect(readSource(folder)).rejects.toMatchObject({ got: 'a folder' });
  await expect(readSource(join(folder, 'none'))).rejects.toMatchObject({ got: 'no such file' });
});

it('anchors and merges are what editors take them for', () => {
  const text = [
    'attributes:',
    '  - &id { key: user.id, from: [{ header: x-id }], maxLength: 64 }',
    '  - { <<: *id, key: tenant.id }',
  ].join('\n');
  const source = parseSource(text, 'meshspan.yaml');
  expect(source.value).toMatchObject({ attributes: [{}, { key: 'tenant.id', maxLength: 64 }] });
  expect(mistakesOf(source)).toEqual([]);
});

it('a mistake in what is merged has its place', () => {
  const text = 'attributes:\n  - &id { key: user.id, from: [] }\n  - { <<: *id, key: tenant.id }\n';
  const places = mistakesOf(parseSource(text, 'meshspan.yaml')).map(({ line, column }) => [line, column]);
  expect(places).toEqual([
    [2, 31],
    [3, 5],
  ]);
});
