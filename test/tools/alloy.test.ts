import { expect, it } from 'vitest';
import { parseAlloy } from './alloy.ts';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { alloysyntax } from './tools.ts';

await describeWithTools("Alloy's parser", [alloysyntax], () => {
  it('reads blocks, literals and references, and prints them its way', async () => {
    const file = await fixture(
      'a.alloy',
      'a.b "c" { list=["x", d.e.f]\n map = { g = "\\"h\\"" }\n inner { on = true } }\n',
    );
    const { blocks, formatted } = await parseAlloy(file);
    const inner = { name: 'inner', attributes: { on: true }, blocks: [] };
    const attributes = { list: ['x', 'd.e.f'], map: { g: '"h"' } };
    expect(blocks).toEqual([{ name: 'a.b', label: 'c', attributes, blocks: [inner] }]);
    expect(formatted).toContain('a.b "c" {\n\tlist = ["x", d.e.f]\n');
  });

  it('refuses what is none of it', async () => {
    await expect(parseAlloy(await fixture('a.alloy', 'a.b "c" { list = [ }'))).rejects.toThrow(/expected/);
  });
});
