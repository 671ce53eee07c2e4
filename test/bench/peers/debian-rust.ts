import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';
import { exists } from './built.ts';
import type { RustToolchain } from './rust.ts';

/** Debian's current rustc (the one that browsers are built with), and the source of its standard library. */
const PACKAGES = ['rustc-web', 'rust-web-src', 'libstd-rust-web-dev'];
/** What they load, whose names carry versions. */
const LIBRARIES = /^\s*Depends: ((?:libstd-rust-web|libllvm)[^\s<>]*)$/gm;
const TARGET = 'wasm32-unknown-unknown';

/**
 * A Rust that makes Wasm out of Debian's packages, unpacked in the cache folder and not installed. Debian has
 * no standard library for Wasm of this version; cargo builds it from source (`-Zbuild-std`, which a released
 * compiler does only when told so by RUSTC_BOOTSTRAP).
 *
 * Returns in words why there is none.
 */
export async function debianRust(progress: (text: string) => void): Promise<RustToolchain | string> {
  const none = 'no Rust with a Wasm target (rustup target add wasm32-wasip1)';
  const linker = await wasmLinker();
  if (linker === undefined) return `${none}, and no rust-lld or wasm-ld to make one from Debian's packages`;
  try {
    const root = await unpackedPackages(progress);
    const rustc = join(root, 'usr/bin/rustc');
    const environment = {
      LD_LIBRARY_PATH: await libraryFolder(root),
      RUSTC: rustc,
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: `-Clinker=${linker}`,
    };
    const variables = [`LD_LIBRARY_PATH=${environment.LD_LIBRARY_PATH}`];
    const version = await runOrFail('env', [...variables, rustc, '--version'], 'remove the cache folder');
    const short = /rustc [\d.]+/.exec(version)?.[0] ?? version.trim();
    const options = ['-Zbuild-std=std,panic_abort'];
    return { version: `${short} of Debian`, target: TARGET, environment, options };
  } catch (error) {
    return `${none}, and Debian's packages did not give one: ${error instanceof Error ? error.message : error}`;
  }
}

async function unpackedPackages(progress: (text: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'bench', 'debian-rust');
  const root = join(folder, 'root');
  if (await exists(root)) return root;
  await mkdir(folder, { recursive: true });
  const work = await mkdtemp(join(folder, 'fetch-'));
  try {
    progress("fetching a Rust compiler from Debian's packages (about 160 MB, once) …");
    const mend = 'run apt-get update; only Debian 12 and later have the package rustc-web';
    const names = await withLibraries(PACKAGES, mend);
    // apt-get downloads into the current folder only.
    await runOrFail('sh', ['-c', 'cd "$1" && shift && apt-get download "$@"', 'sh', work, ...names], mend);
    const unpacked = join(work, 'root');
    for (const file of (await readdir(work)).filter((name) => name.endsWith('.deb'))) {
      await runOrFail('dpkg', ['-x', join(work, file), unpacked], 'free some disk space');
    }
    await rename(unpacked, root);
    return root;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The packages with those they depend on that hold a library of the compiler. */
async function withLibraries(names: readonly string[], mend: string): Promise<string[]> {
  const all = new Set(names);
  // A set yields what is added while it is gone through.
  for (const name of all) {
    const listing = await runOrFail('apt-cache', ['depends', name], mend);
    for (const [, library] of listing.matchAll(LIBRARIES)) if (library !== undefined) all.add(library);
  }
  return [...all];
}

/** `usr/lib/x86_64-linux-gnu`, or as the architecture is called. */
async function libraryFolder(root: string): Promise<string> {
  const library = join(root, 'usr/lib');
  const triplet = (await readdir(library)).find((name) => name.endsWith('-linux-gnu'));
  return join(library, triplet ?? '');
}

/** The linker that comes with rustup's toolchains, or LLVM's. */
async function wasmLinker(): Promise<string | undefined> {
  const sysroot = (await run('rustc', ['--print', 'sysroot'])).stdout.trim();
  const host = /^host: (\S+)$/m.exec((await run('rustc', ['-vV'])).stdout)?.[1];
  const bundled = join(sysroot, 'lib/rustlib', host ?? '', 'bin/rust-lld');
  if (host !== undefined && (await exists(bundled))) return bundled;
  return (await run('wasm-ld', ['--version'])).status === 0 ? 'wasm-ld' : undefined;
}
