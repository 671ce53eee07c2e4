/** `meshspan pack` as a user runs it, read by the programs that people have. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toMesh } from '@meshspan/cli/config/load.ts';
import { parseSource } from '@meshspan/cli/config/source.ts';
import { sha256 } from '@meshspan/cli/pack/image.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { type Finished, run, runOrFail } from '@meshspan/cli/process/run.ts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { crane } from '../../tools/tools.ts';
import { FILTER, REQUEST_FILTER } from '../shop.ts';
import { ACCOUNT, startGuard } from './guard.ts';

interface Report {
  readonly image?: string;
  readonly manifest: string;
  readonly module: string;
  readonly wasmPlugin: { readonly url?: string; readonly sha256: string };
}

const MAIN = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url));
const MODULE = `sha256:${createHash('sha256').update(readFileSync(FILTER)).digest('hex')}`;
const folder = mkdtempSync(join(tmpdir(), 'meshspan-pack-'));
afterAll(() => rmSync(folder, { recursive: true }));
let counter = 0;
const fresh = (name: string): string => join(folder, `${counter++}-${name}`);

function meshspan(args: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  const variables = Object.entries({ SOURCE_DATE_EPOCH: '', DOCKER_CONFIG: folder, ...environment });
  return run('env', [
    ...variables.map(([name, value]) => `${name}=${value}`),
    process.execPath,
    MAIN,
    ...args,
  ]);
}

async function pack(...args: readonly string[]): Promise<Report> {
  const { status, stdout, stderr } = await meshspan(['pack', '--json', ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as Report;
}

describe('on this machine', () => {
  it('two runs give the same archive, byte by byte, and tell the digest of its manifest', async () => {
    const files = [fresh('a.tar'), fresh('b.tar')] as const;
    const reports = [await pack('--tar', files[0]), await pack('--tar', files[1])] as const;
    expect(readFileSync(files[0]).equals(readFileSync(files[1]))).toBe(true);
    expect({ ...reports[0], tar: '' }).toEqual({ ...reports[1], tar: '' });
    expect(reports[0]).toMatchObject({
      module: MODULE,
      wasmPlugin: { sha256: reports[0].manifest.replace('sha256:', '') },
    });
  });

  it('a layout keeps its other tags, and gets the same image once', async () => {
    const layout = fresh('layout');
    await pack('--layout', layout);
    const read = (): { manifests: { digest: string; annotations: object }[] } =>
      JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    const [first] = read().manifests;
    const other = { ...first, annotations: { 'org.opencontainers.image.ref.name': 'other' } };
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ ...read(), manifests: [other, first] }));
    const { manifest } = await pack('--layout', layout);
    expect(read().manifests).toEqual([other, first]);
    expect(first?.digest).toBe(manifest);
  });

  it('SOURCE_DATE_EPOCH and annotations are part of the image', async () => {
    const { manifest } = await pack();
    const dated = await meshspan(['pack', '--json'], { SOURCE_DATE_EPOCH: '1700000000' });
    expect((JSON.parse(dated.stdout) as Report).manifest).not.toBe(manifest);
    const source = 'org.opencontainers.image.source=https://example.org/a=b';
    expect((await pack('--annotation', source)).manifest).not.toBe(manifest);
  });

  it.each([
    { name: 'a text', bytes: '(module)', code: 'MESHSPAN_ERR_FILTER_INVALID' },
    {
      name: 'a module of no ABI',
      bytes: Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]),
      code: 'MESHSPAN_ERR_FILTER_INVALID',
    },
    { name: 'nothing', bytes: undefined, code: 'MESHSPAN_ERR_FILTER_MISSING' },
  ])('$name is no filter: $code', async ({ bytes, code }) => {
    const file = fresh('filter.wasm');
    if (bytes !== undefined) writeFileSync(file, bytes);
    const layout = fresh('layout');
    for (const args of [['pack', '--layout', layout], ['capabilities']]) {
      const { status, stdout, stderr } = await meshspan([...args, '--wasm', file]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(`[${code}]`);
      expect(stderr).toContain(file);
    }
    expect(() => readFileSync(join(layout, 'oci-layout'))).toThrow();
  });

  it.each([
    [['--layout', fileURLToPath(new URL('.', import.meta.url))], {}],
    [['--tar', '/no/such/folder/a.tar'], {}],
    [['--annotation', 'key'], {}],
    [['--push', 'https://ghcr.io/acme/meshspan'], {}],
    [[], { SOURCE_DATE_EPOCH: 'today' }],
  ] as const)('pack %j %j: MESHSPAN_ERR_OPTION_INVALID', async (args, environment) => {
    const { status, stderr } = await meshspan(['pack', ...args], environment);
    expect(status).toBe(2);
    expect(stderr).toContain('[MESHSPAN_ERR_OPTION_INVALID]');
  });
});

const missing = await crane.whyMissing();
const skipped = missing !== undefined && process.env.CI !== 'true';
describe.skipIf(skipped)(`in a registry${skipped ? ` (skipped: ${missing})` : ''}`, () => {
  let registry: { readonly port: number; lines(): readonly string[]; stop(): Promise<void> };
  let program: string;
  beforeAll(async () => {
    program = await crane.path();
    const server = await startGuarded(program, ['registry', 'serve', '--address', '127.0.0.1:0'], {
      name: 'registry',
      code: 'MESHSPAN_ERR_COMMAND_FAILED',
    });
    const [, port] = await server.waitForLine(/serving on port (\d+)/);
    registry = { port: Number(port), lines: server.lines, stop: () => server.stop() };
  });
  afterAll(() => registry?.stop());

  const at = (name: string): string => `127.0.0.1:${registry.port}/${name}`;
  const ask = (...args: string[]): Promise<string> =>
    runOrFail(program, [...args, '--insecure'], 'look at its message');

  it('a pushed image has the digest that was told, and holds the same module', async () => {
    const report = await pack('--push', at('wasm/meshspan:1.2'), '--insecure');
    expect((await ask('digest', at('wasm/meshspan:1.2'))).trim()).toBe(report.manifest);
    expect(report).toMatchObject({
      image: `${at('wasm/meshspan:1.2')}@${report.manifest}`,
      wasmPlugin: { url: `oci://${at('wasm/meshspan:1.2')}` },
    });
    await ask('validate', '--remote', at('wasm/meshspan:1.2'));
    const files = fresh('files.tar');
    await ask('export', at('wasm/meshspan:1.2'), files);
    const module = fresh('unpacked');
    await runOrFail('sh', ['-c', `tar -xOf ${files} plugin.wasm > ${module}`], 'install tar');
    expect(readFileSync(module).equals(readFileSync(FILTER))).toBe(true);
  });

  it('a definition gets the build that it needs, and the image that was pushed', async () => {
    const file = fresh('meshspan.yaml');
    writeFileSync(file, '# ours\nname: shop # the mesh\nattributes: [{ key: a, from: [{ header: x-a }] }]\n');
    const request = await pack('-f', file, '--push', at('wasm/shop:1'), '--insecure');
    expect(request.module).toBe(sha256(readFileSync(REQUEST_FILTER)));
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('# ours\nname: shop # the mesh\n');
    const { mesh } = toMesh(parseSource(text, file));
    const digits = (await ask('digest', at('wasm/shop:1'))).trim().replace('sha256:', '');
    expect(mesh.filter).toMatchObject({ image: `oci://${at('wasm/shop:1')}`, sha256: digits });

    writeFileSync(file, 'attributes: [{ key: app.status, from: [{ responseCode: true }] }]\n');
    expect((await pack('-f', file)).module).toBe(MODULE);
  });

  it('what is there already is not sent again', async () => {
    const uploads = (): number =>
      registry.lines().filter((line) => line.includes('POST /v2/wasm/again/blobs/uploads/')).length;
    // Of a time of its own: this registry keeps the blobs of all repositories in one place.
    const push = (reference: string): Promise<Finished> =>
      meshspan(['pack', '--push', reference, '--insecure'], { SOURCE_DATE_EPOCH: '1' });
    for (const reference of ['wasm/again', 'wasm/again:two']) {
      expect((await push(at(reference))).status).toBe(0);
      expect(uploads()).toBe(2);
    }
    expect((await ask('ls', at('wasm/again'))).trim().split('\n').sort()).toEqual(['0.1.0', 'two']);
  });

  it('a layout is pushed as it is', async () => {
    const layout = fresh('layout');
    const { manifest } = await pack('--layout', layout);
    await ask('push', layout, at('wasm/layout:1'));
    expect((await ask('digest', at('wasm/layout:1'))).trim()).toBe(manifest);
  });

  it('an archive is read by crane, which writes a manifest of its own around the same layer', async () => {
    const archive = fresh('a.tar');
    await pack('--tar', archive);
    await ask('push', archive, at('wasm/archive:1'));
    await pack('--push', at('wasm/archive:2'), '--insecure');
    const layerOf = async (tag: string): Promise<unknown> =>
      JSON.parse(await ask('manifest', at(`wasm/archive:${tag}`))).layers[0].digest;
    expect(await layerOf('1')).toBe(await layerOf('2'));
  });

  it.each(['basic', 'bearer'] as const)(
    'with %s authentication, from Docker’s config.json',
    async (proof) => {
      const guard = await startGuard(proof, registry.port);
      onTestFinished(() => guard.stop());
      const reference = `${guard.address}/wasm/meshspan:${proof}`;
      const configure = (account: { username: string; password: string }): void => {
        const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
        writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [guard.address]: { auth } } }));
      };
      configure({ ...ACCOUNT, password: 'wrong' });
      const refused = await meshspan(['pack', '--push', reference, '--insecure']);
      expect(refused.status).toBe(1);
      expect(refused.stderr).toContain('[MESHSPAN_ERR_REGISTRY_FAILED]');
      expect(refused.stderr).toContain(`docker login ${guard.address}`);
      expect(refused.stderr).not.toContain('wrong');

      configure(ACCOUNT);
      const before = guard.answered.length;
      const { manifest } = await pack('--push', reference, '--insecure');
      expect((await ask('digest', at(`wasm/meshspan:${proof}`))).trim()).toBe(manifest);
      // Asked for proof once, not on each call.
      expect(guard.answered.slice(before)).toEqual(
        proof === 'basic' ? ['HEAD 401'] : ['HEAD 401', 'GET 200'],
      );
    },
  );

  it('a registry that speaks http wants --insecure, and one that is not there is told', async () => {
    for (const host of [`127.0.0.1:${registry.port}`, '127.0.0.1:1']) {
      const { status, stderr } = await meshspan(['pack', '--push', `${host}/wasm/meshspan`]);
      expect(status).toBe(1);
      expect(stderr).toContain('[MESHSPAN_ERR_REGISTRY_FAILED]');
      expect(stderr).toContain('--insecure');
    }
  });
});

const skopeo = process.env.CI === 'true' || (await run('skopeo', ['--version'])).status === 0;
describe.skipIf(!skopeo)(`skopeo${skopeo ? '' : ' (skipped: it is not installed)'}`, () => {
  it('reads layout and archive, each with the digest that was told', async () => {
    const [layout, archive] = [fresh('layout'), fresh('a.tar')];
    const { manifest } = await pack('--layout', layout, '--tar', archive);
    for (const place of [`oci:${layout}:0.1.0`, `oci-archive:${archive}`]) {
      const facts = JSON.parse(await runOrFail('skopeo', ['inspect', place], 'look at its message'));
      expect(facts).toMatchObject({ Digest: manifest, Layers: [expect.stringMatching(/^sha256:/)] });
    }
  });
});
