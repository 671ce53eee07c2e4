import { dirname } from 'node:path';
import { run } from '@meshspan/cli/process/run.ts';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithTools } from './describe.ts';
import { fixture } from './fixture.ts';
import { startRegistry } from './registry.ts';
import { crane } from './tools.ts';

await describeWithTools('registry', [crane], () => {
  it('gives back the image that it was given, and refuses one that it was not', async () => {
    const registry = await startRegistry();
    onTestFinished(() => registry.stop());
    const layer = await fixture('plugin.txt', 'a layer');
    const archive = `${layer}.tgz`;
    expect((await run('tar', ['-czf', archive, '-C', dirname(layer), 'plugin.txt'])).status).toBe(0);

    const image = `${registry.address}/wasm/meshspan:1`;
    const pushed = await run(await crane.path(), [
      'append',
      '--insecure',
      '--oci-empty-base',
      '-f',
      archive,
      '-t',
      image,
    ]);
    expect(pushed.stderr + pushed.stdout).toContain('sha256:');
    const digest = await run(await crane.path(), ['digest', '--insecure', image]);
    expect(pushed.stdout).toContain(digest.stdout.trim());

    const other = await run(await crane.path(), ['digest', '--insecure', image.replace(':1', ':2')]);
    expect(other).toMatchObject({ status: 1, stderr: expect.stringContaining('404') });
  });
});
