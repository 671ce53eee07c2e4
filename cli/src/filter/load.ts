import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { MeshspanError } from '../errors.ts';

/** Where `npm run build` puts the filter. */
export const BUILT_FILTER: string = builtFilter('meshspan.wasm');

/** Path of one of the builds, by its file name (plan/module.ts). */
export function builtFilter(name: string): string {
  return fileURLToPath(new URL(`../../../filter/build/${name}`, import.meta.url));
}

/**
 * The export by which a module says which ABI it speaks (proxy-wasm spec, "ABI versions"). Envoy also loads 0.1.0
 * and 0.2.0, which name and number the callbacks' arguments otherwise; the filter and all that is generated for it
 * are of this one.
 */
export const ABI_EXPORT = 'proxy_abi_version_0_2_1';

/** A filter as Envoy loads it. */
export interface Filter {
  readonly path: string;
  readonly bytes: Buffer;
  readonly module: WebAssembly.Module;
}

/**
 * Reads a filter, compiled by Node's V8, which is the engine of Envoy too.
 *
 * Throws MESHSPAN_ERR_FILTER_MISSING when the file cannot be read, MESHSPAN_ERR_FILTER_INVALID when it is no Wasm
 * module, or none of proxy-wasm ABI 0.2.1.
 */
export async function loadFilter(path: string = BUILT_FILTER): Promise<Filter> {
  const bytes = await read(path);
  const module = compile(path, bytes);
  const exported = WebAssembly.Module.exports(module);
  if (!exported.some(({ name, kind }) => name === ABI_EXPORT && kind === 'function')) {
    throw new MeshspanError('MESHSPAN_ERR_FILTER_INVALID', {
      expected: `a module that exports the function ${ABI_EXPORT}`,
      got: `one that exports ${exported.map(({ name }) => name).join(', ') || 'nothing'}`,
      where: path,
      mend: 'pass the filter, filter/build/meshspan.wasm, or a module that is built for proxy-wasm ABI 0.2.1',
    });
  }
  return { path, bytes, module };
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_FILTER_MISSING', {
      expected: 'a .wasm file that can be read',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      mend: path === BUILT_FILTER ? 'run `npm run build`, or pass --wasm' : 'correct --wasm',
      cause,
    });
  }
}

function compile(path: string, bytes: Buffer): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    throw new MeshspanError('MESHSPAN_ERR_FILTER_INVALID', {
      expected: 'a WebAssembly module',
      got: `${bytes.length} bytes that are none: ${cause instanceof Error ? cause.message : cause}`,
      where: path,
      mend: 'pass a compiled .wasm file, not its text form or an archive of it',
      cause,
    });
  }
}
