/**
 * Compiles both modules of the filter, each from an entry of its own: `filter/build/meshspan.wasm` and
 * `filter/build/meshspan-request.wasm`. The exit code is 0, or that of the tool that failed.
 */
import { spawnSync } from 'node:child_process';

/** By their target in asconfig.json. */
const MODULES = [
  { target: 'release', entry: 'index', name: 'meshspan' },
  { target: 'request', entry: 'index-request', name: 'meshspan-request' },
] as const;
/** What the compiler uses beyond the first version of WebAssembly; Envoy's V8 has had it for years. */
const FEATURES = ['bulk-memory', 'sign-ext', 'mutable-globals', 'nontrapping-float-to-int'];

for (const { target, entry, name } of MODULES) {
  const path = `filter/build/${name}.wasm`;
  run('asc', [`filter/assembly/${entry}.ts`, '--config', 'asconfig.json', '--target', target]);
  run('wasm-opt', ['-Os', ...FEATURES.map((feature) => `--enable-${feature}`), path, '-o', path]);
}

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  if (error !== undefined) console.error(`${command}: ${error.message}`);
  process.exit(status ?? 1);
}
