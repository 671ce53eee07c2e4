/**
 * as-pect runs `spec/**` in Node: the parts of the filter that need no proxy. Each spec becomes a module of
 * its own. Run in this folder: `asp --verbose`.
 */
export default {
  entries: ['spec/**/*.spec.ts'],
  // Without a glob here as-pect looks for its own default folder.
  include: ['spec/**/*.include.ts'],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(
      binary,
      createImports({
        env: { memory, ...hostImports(binary, 'env', 'proxy_') },
        wasi_snapshot_preview1: hostImports(binary, 'wasi_snapshot_preview1', ''),
      }),
    );
  },
  outputBinary: false,
};

/** A pure part calls no host; what it imports all the same, through the module it shares a file with, fails. */
function hostImports(binary, of, prefix) {
  const imports = {};
  for (const { module, name } of WebAssembly.Module.imports(new WebAssembly.Module(binary))) {
    if (module !== of || !name.startsWith(prefix)) continue;
    imports[name] = () => {
      throw new Error(`a spec of a pure part called ${name}`);
    };
  }
  return imports;
}
