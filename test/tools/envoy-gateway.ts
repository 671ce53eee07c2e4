import { join } from 'node:path';
import { runOrFail } from '@meshspan/cli/process/run.ts';
import { crdcheck } from './tools.ts';
import { judge } from './verdict.ts';

/** Releases of Envoy Gateway, with the checksum of their Go module and the folder of their definitions in it. */
const RELEASES = {
  '1.7.0': { sum: 'h1:noVz4fADhljSKpQFaspb25+C3kC8bBBisQZle9W0ei4=', crds: 'charts/gateway-helm/crds' },
  '1.9.0': {
    sum: 'h1:PaOpud15v3kDCl3L5yc1TdYzggCMpRm1yRjNKmLkzHA=',
    crds: 'charts/gateway-helm/charts/crds/crds',
  },
} as const;

export type EnvoyGatewayRelease = keyof typeof RELEASES;

/**
 * What a Kubernetes API server would say of Envoy Gateway's EnvoyProxy and EnvoyExtensionPolicy: the schemas of
 * their CustomResourceDefinitions, unknown fields, and their CEL rules. Fetches the release from Go's module proxy.
 */
export async function checkEnvoyGatewayCrds(
  release: EnvoyGatewayRelease,
  files: readonly string[],
): Promise<string> {
  const folder = await moduleOf(release);
  const crds = ['envoyproxies', 'envoyextensionpolicies'].flatMap((name) => [
    '--crds',
    join(folder, RELEASES[release].crds, 'generated', `gateway.envoyproxy.io_${name}.yaml`),
  ]);
  const quiet = ['TARGET_OUT=.', 'LOCAL_OUT=.'];
  return judge('env', [...quiet, await crdcheck.path(), ...crds, ...files]);
}

/** Its place in Go's module cache. Only its own files are wanted, so that no go.mod has to name what it needs. */
async function moduleOf(release: EnvoyGatewayRelease): Promise<string> {
  const module = `github.com/envoyproxy/gateway@v${release}`;
  const said = await runOrFail(
    'env',
    ['GOFLAGS=', 'GOTOOLCHAIN=local', 'GOWORK=off', 'go', '-C', '/', 'mod', 'download', '-json', module],
    'install Go (https://go.dev/dl); is the Go module proxy reachable?',
  );
  const { Dir, Sum } = JSON.parse(said) as { Dir: string; Sum: string };
  if (Sum !== RELEASES[release].sum) throw new Error(`${module} is another one than was pinned: ${Sum}`);
  return Dir;
}
