import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@meshspan/cli/process/run.ts';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixtureFolder } from './fixture.ts';
import { type GoProgram, goTool } from './go-tool.ts';
import type { Tool } from './tool.ts';

/** Go itself, which no other tool stands for. */
const go: Tool = {
  name: 'go',
  cost: '',
  path: () => Promise.resolve('go'),
  whyMissing: async () => {
    const { status, stderr } = await run('go', ['version']);
    return status === 0 ? undefined : `no Go: ${stderr}`;
  },
};

let module: string;
let program: GoProgram;

/** A module of one program that needs no package, so that it is built in a moment. */
async function moduleOf(source: string): Promise<void> {
  await writeFile(join(module, 'go.mod'), 'module meshspan.test/tiny\n\ngo 1.20\n');
  await writeFile(join(module, 'go.sum'), '');
  await writeFile(join(module, 'main.go'), source);
}

const HELLO = 'package main\n\nfunc main() { println("hello") }\n';

await describeWithTools('a tool that Go builds', [go], () => {
  beforeEach(async () => {
    // Go's own cache is below XDG_CACHE_HOME too, and is to stay what it is.
    vi.stubEnv('GOCACHE', (await run('go', ['env', 'GOCACHE'])).stdout.trim());
    vi.stubEnv('XDG_CACHE_HOME', await fixtureFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    module = await fixtureFolder();
    program = { name: 'tiny', cost: 'a moment', module, package: '.' };
    await moduleOf(HELLO);
  });

  it('is missing before it is built, and says how to have it', async () => {
    expect(await goTool(program).whyMissing()).toBe('tiny is not built: npm run tools (a moment)');
    const path = await goTool(program).path(() => {});
    expect((await run(path, [])).stderr).toBe('hello\n');
    expect(await goTool(program).whyMissing()).toBeUndefined();
  });

  it('is built once, however many ask', async () => {
    const told: string[] = [];
    const paths = await Promise.all([1, 2, 3].map(() => goTool(program).path((text) => told.push(text))));
    expect(new Set(paths).size).toBe(1);
    expect(told.filter((text) => text.startsWith('building'))).toEqual(['building tiny (a moment) …']);
  });

  it('is built anew for each change of its sources, its go.sum and its flags', async () => {
    const paths = [await goTool(program).path(() => {})];
    await moduleOf(HELLO.replace('hello', 'bye'));
    paths.push(await goTool(program).path(() => {}));
    await writeFile(join(module, 'go.sum'), '\n');
    paths.push(await goTool(program).path(() => {}));
    paths.push(await goTool({ ...program, tags: 'other' }).path(() => {}));
    expect(new Set(paths).size).toBe(4);
    expect(await goTool({ ...program, tags: 'other', cost: 'an hour' }).whyMissing()).toBeUndefined();
    expect((await run(paths[1] ?? '', [])).stderr).toBe('bye\n');
  });

  it('says what Go says where it does not compile, leaves nothing, and can be asked again', async () => {
    await moduleOf('package main\n\nfunc main() { missing() }\n');
    const tool = goTool(program);
    await expect(tool.path(() => {})).rejects.toThrow(/undefined: missing/);
    expect(await tool.whyMissing()).toMatch(/not built/);
    await moduleOf(HELLO);
    expect(await readFile(await tool.path(() => {}))).not.toHaveLength(0);
  });

  it('says which Go it needs', async () => {
    await writeFile(join(module, 'go.mod'), 'module meshspan.test/tiny\n\ngo 1.999.1\n');
    expect(await goTool(program).whyMissing()).toMatch(/^Go 1\.999\.1 or later is needed, this is go\d/);
    await expect(goTool(program).path(() => {})).rejects.toThrow(/Go 1\.999\.1 or later is needed/);
  });

  it('says that there is no Go', async () => {
    vi.stubEnv('PATH', await fixtureFolder());
    expect(await goTool(program).whyMissing()).toMatch(/^no Go: .*ENOENT/);
    await rm(module, { recursive: true });
  });
});
