import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { toMesh } from '../config/load.ts';
import { parseSource } from '../config/source.ts';
import { NEWEST } from '../config/versions.ts';
import { yamlFile } from './print.ts';
import { generationFor } from './target.ts';

const GENERATION = generationFor(toMesh(parseSource('name: shop', 'meshspan.yaml')), NEWEST);

/** The file's lines without its head. */
function lines(value: object, comments: Readonly<Record<string, string>>): string[] {
  const text = yamlFile('A title', [{ value, comments }], GENERATION);
  expect(parse(text)).toEqual(value);
  return text.trimEnd().split('\n').slice(3);
}

it('a comment stands above the line that it is about, also above the first key of a list item', () => {
  const value = { list: [{ name: 'a', port: 1 }, { name: 'b' }], last: 1 };
  const comments = {
    'list.0.name': 'first',
    'list.0.port': 'second',
    'list.1.name': 'third',
    last: 'fourth',
  };
  expect(lines(value, comments)).toEqual([
    'list:',
    '  # first',
    '  - name: a',
    '    # second',
    '    port: 1',
    '  # third',
    '  - name: b',
    '# fourth',
    'last: 1',
  ]);
});

it('that of an item and that of its first key are both there, also of more than one line', () => {
  expect(
    lines({ list: [{ name: 'a' }] }, { 'list.0': 'the item\nin two', 'list.0.name': 'the key' }),
  ).toEqual([...['list:', '  # the item', '  # in two', '  # the key', '  - name: a']]);
});

it('one whose place is not there is a fault, as it would be lost', () => {
  expect(() => lines({ list: [] }, { 'list.0.name': 'lost' })).toThrow(/no list\.0\.name/);
});
