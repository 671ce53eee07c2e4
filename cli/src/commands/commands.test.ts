import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../main.ts');

let folder: string;

/** Runs the command as a user does, in the folder of the test. */
function meshspan(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: folder }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshspan-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('from nothing to configurations', () => {
  it('init writes a valid definition, and never over one', async () => {
    expect(await meshspan('init', '--yes')).toMatchObject({ status: 0 });
    expect(await meshspan('validate')).toMatchObject({ status: 0, stdout: 'meshspan.yaml: valid\n' });
    const again = await meshspan('init', '--yes');
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('MESHSPAN_ERR_FILE_UNWRITABLE');
    expect(await meshspan('init')).toMatchObject({ status: 1 });
  });

  it('generate writes it, --check agrees, and tells of a file that was changed or is left over', async () => {
    expect((await meshspan('generate', 'filter')).stdout).toContain('written  filter/configuration.json');
    expect(await meshspan('generate', 'filter', '--check')).toMatchObject({ status: 0 });
    const file = join(folder, 'generated/filter/configuration.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('anonymous', 'nobody'));
    await writeFile(join(folder, 'generated/filter/old.json'), '{}');
    const stale = await meshspan('generate', 'filter', '--check');
    expect(stale.status).toBe(1);
    expect(stale.stderr).toContain('filter/configuration.json (changed), filter/old.json (left over)');
    const diff = await meshspan('generate', 'filter', '--diff');
    expect(diff).toMatchObject({ status: 0 });
    expect(diff.stdout).toMatch(/-.*nobody[\s\S]*\+.*anonymous/);
    expect(await readFile(file, 'utf8')).toContain('nobody');
    expect((await meshspan('generate', 'filter')).stdout).toContain('removed  filter/old.json');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('explain tells of one attribute on one proxy', async () => {
    const { stdout } = await meshspan('explain', 'tenant.id', '--istio', '1.31');
    expect(stdout).toContain('filter state wasm.meshspan.tenant.id → tag tenant.id');
    expect(stdout).not.toContain('user.id');
    const json = JSON.parse((await meshspan('explain', '--json', '--envoy', '1.36')).stdout) as {
      attributes: { key: string; span: string }[];
    };
    expect(json.attributes.map(({ span }) => span)).toContain(
      'request header x-meshspan-user.id → tag user.id',
    );
  });
});

describe('what a user gets wrong', () => {
  it('mistakes in the file: each with its place, exit code 1, JSON for machines', async () => {
    await writeFile(join(folder, 'wrong.yaml'), 'nam: shop\nproxies: [{ kind: waypoint, name: w }]\n');
    const { status, stdout, stderr } = await meshspan('validate', 'wrong.yaml');
    expect(status).toBe(1);
    expect(stdout).toContain('wrong.yaml:1:1: ');
    expect(stdout).toContain('did you mean name?');
    expect(stderr).toBe('wrong.yaml: 2 mistakes\n');
    const json = JSON.parse((await meshspan('validate', 'wrong.yaml', '--json')).stdout) as {
      mistakes: object[];
    };
    expect(json.mistakes).toHaveLength(2);
    const generated = await meshspan('generate', 'all', '-f', 'wrong.yaml');
    expect(generated).toMatchObject({ status: 1, stdout: '' });
    expect(generated.stderr).toContain('did you mean name?');
  });

  it.each([
    [['generate', 'istoi'], 'MESHSPAN_ERR_OPTION_INVALID'],
    [['generate', 'filter', '--istio', '1.2'], 'MESHSPAN_ERR_OPTION_INVALID'],
    [['generate', 'filter', '-f', 'none.yaml'], 'MESHSPAN_ERR_FILE_UNREADABLE'],
    [['explain', 'tenant'], 'MESHSPAN_ERR_OPTION_INVALID'],
    [['generate', 'filter', '-o', 'meshspan.yaml'], 'MESHSPAN_ERR_FILE_UNWRITABLE'],
  ])('%j ends with %s', async (args, code) => {
    const { status, stderr } = await meshspan(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(code);
  });

  it('sources of the response, for a proxy that cannot tell of them', async () => {
    await writeFile(
      join(folder, 'late.yaml'),
      'attributes: [{ key: cache, from: [{ responseHeader: x-cache }] }]\n',
    );
    expect(await meshspan('generate', 'filter', '-f', 'late.yaml')).toMatchObject({ status: 0 });
    const { status, stderr } = await meshspan('generate', 'filter', '-f', 'late.yaml', '--envoy', '1.36');
    expect(status).toBe(1);
    expect(stderr).toContain('MESHSPAN_ERR_UNSUPPORTED');
  });
});
