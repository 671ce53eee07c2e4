import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { buildOnce, type Peer } from './built.ts';

const RUNTIME = '@solo-io/proxy-runtime@0.1.8';
/** The last version that has the runtime which the package imports (`rt/index-full`). */
const COMPILER = 'assemblyscript@0.14.13';
/** Not named .ts: it is AssemblyScript, and TypeScript must not check it. */
const SOURCE = join(import.meta.dirname, 'solo-io.as');

/** The filter on @solo-io/proxy-runtime, with the options that its README gives. */
export async function buildSoloIo(progress: (text: string) => void): Promise<Peer> {
  return buildOnce({
    name: 'solo-io',
    made: `${RUNTIME}, ${COMPILER}`,
    inputs: [await readFile(SOURCE, 'utf8')],
    async build(folder) {
      progress(`building the solo-io peer (${RUNTIME}, ${COMPILER}) …`);
      const mend = 'npm must reach its registry once';
      await runOrFail(
        'npm',
        ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder, COMPILER, RUNTIME],
        mend,
      );
      // Beside node_modules, where that compiler looks for packages.
      await copyFile(SOURCE, join(folder, 'index.ts'));
      const compiler = join(folder, 'node_modules/assemblyscript/bin/asc');
      const options = ['--baseDir', folder, '--use', 'abort=abort_proc_exit', '--optimize'];
      await runOrFail(
        process.execPath,
        [compiler, 'index.ts', '-b', 'peer.wasm', ...options],
        "look at the compiler's message",
      );
      return join(folder, 'peer.wasm');
    },
  });
}
