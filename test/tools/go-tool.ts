import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';
import { lock } from 'proper-lockfile';
import type { Tool } from './tool.ts';

/** A program that Go builds from one of the modules in this folder. */
export interface GoProgram {
  readonly name: string;
  readonly cost: string;
  /** Folder of the module, relative to this one. */
  readonly module: string;
  /** Name of another go.mod there, as `go build -modfile` takes it; its go.sum is beside it. */
  readonly modfile?: string;
  /** Import path of the main package; `./` in front means the module's own. */
  readonly package: string;
  readonly tags?: string;
  /** What the program says of itself, as `importpath.name=value`. */
  readonly stamp?: string;
}

/**
 * What go.mod and go.sum pin is what is built: no version is chosen here, no toolchain fetched, and sums are
 * checked as Go does by itself. VCS stamps would make each commit another binary.
 */
const GO_ENVIRONMENT = { GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off' } as const;

const MEND =
  'install Go (https://go.dev/dl) of the version that go.mod names; is the Go module proxy reachable?';

/** The tool of a program: built once for all checkouts, then kept in the cache folder. */
export function goTool(program: GoProgram): Tool {
  const { name, cost } = program;
  let built: Promise<string> | undefined;
  return {
    name,
    cost,
    path(progress = (text) => console.error(text)) {
      built ??= build(program, progress).catch((error: unknown) => {
        built = undefined;
        throw error;
      });
      return built;
    },
    async whyMissing() {
      const go = await goVersion(program);
      if (go.missing !== undefined) return go.missing;
      const there = await exists(await placeOf(program, go.version));
      return there ? undefined : `${name} is not built: npm run tools (${cost})`;
    },
  };
}

/**
 * Folder in Go's module cache of a module that `module` requires, in its go.mod or in another `modfile` of it;
 * downloads it where it is not there.
 */
export async function moduleFolder(module: string, path: string, modfile?: string): Promise<string> {
  const download = ['mod', 'download', ...modfileFlag(modfile), '-json', path];
  const go = ['-C', resolve(import.meta.dirname, module), ...download];
  const { Dir } = JSON.parse(await runGo(go)) as { Dir: string };
  return Dir;
}

async function build(program: GoProgram, progress: (text: string) => void): Promise<string> {
  const go = await goVersion(program);
  if (go.missing !== undefined) throw failure(program, go.missing);
  const binary = await placeOf(program, go.version);
  if (await exists(binary)) return binary;

  const folder = join(binary, '..');
  await mkdir(folder, { recursive: true });
  // Workers of vitest ask at the same time; who waits finds it built. A lock whose owner died ends by itself.
  const release = await lock(folder, {
    stale: 30_000,
    retries: { forever: true, minTimeout: 500, maxTimeout: 500 },
  });
  // On the same file system, so that the rename is atomic for those that only look whether it is there.
  const unfinished = `${binary}.unfinished`;
  try {
    if (await exists(binary)) return binary;
    progress(`building ${program.name} (${program.cost}) …`);
    const started = performance.now();
    await compile(program, unfinished, progress);
    await rename(unfinished, binary);
    const { size } = await stat(binary);
    progress(`built ${program.name} in ${seconds(started)} s, ${Math.round(size / 1e6)} MB`);
    return binary;
  } finally {
    await rm(unfinished, { force: true });
    await release();
  }
}

async function compile(program: GoProgram, output: string, progress: (text: string) => void): Promise<void> {
  const { name, stamp, tags } = program;
  const linker = ['-s', '-w', ...(stamp === undefined ? [] : ['-X', stamp])].join(' ');
  const args = [
    ...['-C', resolve(import.meta.dirname, program.module), 'build', '-v', '-trimpath', '-buildvcs=false'],
    ...modfileFlag(program.modfile),
    ...(tags === undefined ? [] : ['-tags', tags]),
    ...['-ldflags', linker, '-o', output, program.package],
  ];
  // Guarded: Go would go on for minutes after a test run that is killed.
  const go = await startGuarded('go', args, {
    name: `go build ${name}`,
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
    env: GO_ENVIRONMENT,
  });
  const started = performance.now();
  const told = setInterval(() => {
    progress(`  ${name}: ${seconds(started)} s, at ${go.lines().at(-1) ?? 'the list of modules'}`);
  }, 20_000);
  try {
    const status = await go.ended;
    if (status !== 0) throw failure(program, `${status}: ${go.lines().slice(-8).join('\n')}`);
  } finally {
    clearInterval(told);
  }
}

/** Where the program belongs: what it is built of and by is part of the path. */
async function placeOf(program: GoProgram, goVersion: string): Promise<string> {
  const module = resolve(import.meta.dirname, program.module);
  // What it costs is for people; a better estimate is no other program.
  const hash = createHash('sha256').update(JSON.stringify([goVersion, { ...program, cost: undefined }]));
  for (const file of [modOf(program), modOf(program).replace(/\.mod$/, '.sum')]) {
    hash.update(await readFile(join(module, file)));
  }
  if (program.package.startsWith('.')) {
    const sources = join(module, program.package);
    for (const file of (await readdir(sources)).filter((name) => name.endsWith('.go')).sort()) {
      hash.update(`\0${file}\0`).update(await readFile(join(sources, file)));
    }
  }
  return join(cacheFolder(), 'tools', program.name, hash.digest('hex').slice(0, 16), program.name);
}

/** The version of Go, or why this module cannot be built: no Go, or one older than its go.mod wants. */
async function goVersion(
  program: GoProgram,
): Promise<{ readonly version: string; readonly missing?: undefined } | { readonly missing: string }> {
  const { status, stdout, stderr } = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH']);
  if (status !== 0) return { missing: `no Go: ${stderr.trim().split('\n').at(-1)}` };
  const [version = '', os, arch] = stdout.trim().split('\n');
  const mod = await readFile(resolve(import.meta.dirname, program.module, modOf(program)), 'utf8');
  const wanted = /^go ([\d.]+)$/m.exec(mod)?.[1] ?? '';
  if (version.replace(/^go/, '').localeCompare(wanted, 'en', { numeric: true }) < 0) {
    return { missing: `Go ${wanted} or later is needed, this is ${version}` };
  }
  return { version: `${version} ${os}/${arch}` };
}

function runGo(args: readonly string[]): Promise<string> {
  const environment = Object.entries(GO_ENVIRONMENT).map(([name, value]) => `${name}=${value}`);
  return runOrFail('env', [...environment, 'go', ...args], MEND);
}

function failure(program: GoProgram, got: string): MeshspanError {
  return new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
    expected: `Go to build ${program.name}`,
    got,
    where: `test/tools/${program.module}/${modOf(program)}`,
    mend: MEND,
  });
}

function modOf({ modfile = 'go.mod' }: GoProgram): string {
  return modfile;
}

function modfileFlag(modfile?: string): readonly string[] {
  return modfile === undefined ? [] : [`-modfile=${modfile}`];
}

function seconds(since: number): number {
  return Math.round((performance.now() - since) / 1000);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
