import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';
import { buildOnce, exists, type Peer } from './built.ts';
import { debianRust } from './debian-rust.ts';

const PROJECT = join(import.meta.dirname, 'rust');
const TARGETS = ['wasm32-wasip1', 'wasm32-unknown-unknown'] as const;

/** A Rust compiler that can make Wasm. */
export interface RustToolchain {
  /** Version in words. */
  readonly version: string;
  readonly target: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Options of `cargo build` beside the usual ones. */
  readonly options: readonly string[];
}

/** The filter on the proxy-wasm crate. Missing where there is no cargo, or no standard library for Wasm. */
export async function buildRust(progress: (text: string) => void): Promise<Peer> {
  const cargo = await run('cargo', ['--version']);
  if (cargo.status !== 0) return { missing: `no cargo: ${cargo.stderr.trim()}` };
  const toolchain = (await installedToolchain()) ?? (await debianRust(progress));
  if (typeof toolchain === 'string') return { missing: toolchain };
  const { version, target, environment, options } = toolchain;
  const manifest = await readFile(join(PROJECT, 'Cargo.toml'), 'utf8');
  const crate = /proxy-wasm = "=([^"]+)"/.exec(manifest)?.[1];
  return buildOnce({
    name: 'rust',
    made: `proxy-wasm ${crate}, ${version}, ${target}`,
    inputs: [manifest, await readFile(join(PROJECT, 'src/lib.rs'), 'utf8')],
    async build(folder) {
      progress(`building the Rust peer (${version}, ${target}; about a minute) …`);
      const source = join(folder, 'source');
      // cargo writes a lock file beside the manifest: not into the repository.
      await runOrFail('cp', ['-r', PROJECT, source], 'free some disk space');
      const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
      const places = ['--manifest-path', join(source, 'Cargo.toml'), '--target-dir', folder];
      await runOrFail(
        'env',
        [...variables, 'cargo', 'build', '--release', '--target', target, ...places, ...options],
        "look at cargo's message",
      );
      return join(folder, target, 'release', 'meshspan_bench_peer.wasm');
    },
  });
}

/** The machine's own toolchain, where a target for Wasm was added to it. */
async function installedToolchain(): Promise<RustToolchain | undefined> {
  for (const target of TARGETS) {
    const folder = await run('rustc', ['--print', 'target-libdir', '--target', target]);
    if (folder.status !== 0 || !(await exists(folder.stdout.trim()))) continue;
    const version = (await run('rustc', ['--version'])).stdout.trim();
    return { version, target, environment: {}, options: [] };
  }
  return undefined;
}
