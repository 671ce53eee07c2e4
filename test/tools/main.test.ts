import { join } from 'node:path';
import { type Finished, run } from '@meshspan/cli/process/run.ts';
import { expect, it } from 'vitest';
import { fixtureFolder } from './fixture.ts';

/** Runs `npm run tools` with nothing on PATH and nothing in the cache folder. */
async function tools(names: readonly string[], ci: boolean): Promise<Finished> {
  const empty = await fixtureFolder();
  const environment = [`PATH=${empty}`, `XDG_CACHE_HOME=${empty}`, `CI=${ci}`];
  return run('env', [...environment, process.execPath, join(import.meta.dirname, 'main.ts'), ...names]);
}

it('says what this machine has not, and that its tests are skipped', async () => {
  const { status, stderr } = await tools(['promtool', 'crane'], false);
  expect(stderr).toMatch(/^promtool: .*MESHSPAN_ERR_COMMAND_FAILED/m);
  expect(stderr).toMatch(/^crane: .*MESHSPAN_ERR_COMMAND_FAILED/m);
  expect(stderr).toMatch(/got: +no Go: .*ENOENT/);
  expect(stderr).toContain('2 could not be had: their tests are skipped');
  expect(status).toBe(0);
});

it('fails for it in CI', async () => {
  const { status, stderr } = await tools(['crane'], true);
  expect(stderr).toContain('1 could not be had: in CI that is a failure');
  expect(status).toBe(1);
});

it('knows its tools', async () => {
  const { status, stderr } = await tools(['otelcoll'], false);
  expect(stderr).toMatch(
    /MESHSPAN_ERR_OPTION_INVALID: no tool otelcoll; there are promtool, .*xdsd129, pilot-agent129$/m,
  );
  expect(status).toBe(2);
});
