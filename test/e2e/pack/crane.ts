import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '@meshspan/cli/envoy/pypi.ts';
import { run, runOrFail } from '@meshspan/cli/process/run.ts';

const VERSION = 'v0.22.1';

/** go-containerregistry's program: a registry and a client in one, and the library by which Istio's agent pulls. */
export const crane: {
  readonly path: () => Promise<string>;
  readonly whyMissing: () => Promise<string | undefined>;
} = {
  /** Path of the program. Go builds it once (about 10 s); it is kept in the cache folder. */
  async path() {
    const folder = join(cacheFolder(), 'crane', VERSION);
    const program = join(folder, 'crane');
    if (
      await access(program).then(
        () => true,
        () => false,
      )
    )
      return program;
    await mkdir(folder, { recursive: true });
    await runOrFail(
      'env',
      [`GOBIN=${folder}`, 'go', 'install', `github.com/google/go-containerregistry/cmd/crane@${VERSION}`],
      'install Go (https://go.dev/dl); is the Go module proxy reachable?',
    );
    return program;
  },
  async whyMissing() {
    const { status, stderr } = await run('go', ['version']);
    return status === 0 ? undefined : `no Go: ${stderr.trim().split('\n').at(-1)}`;
  },
};
