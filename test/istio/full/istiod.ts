/** Istio's control plane, as a deployment runs it: everything it knows comes from a Kubernetes API server. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { vi } from 'vitest';
import { freePorts } from '../../tools/free-ports.ts';
import { pilotDiscovery } from '../../tools/tools.ts';

export interface Istiod {
  /** Where agents get certificates and xDS by TLS: `127.0.0.1:12345`. The same after a restart. */
  readonly address: string;
  /** xDS in plain text. */
  readonly plaintext: string;
  readonly process: () => GuardedProcess;
  /** Ends it; proxies go on with what they have. May be called twice. */
  stop(): Promise<void>;
  /** Starts it again after `stop`, and resolves when it serves. */
  start(): Promise<void>;
}

export interface IstiodOptions {
  readonly kubeconfig: string;
  /** A folder for it, where it may write. */
  readonly folder: string;
  /** Name of its cluster; proxies say the same of themselves. */
  readonly cluster: string;
}

const SETTINGS = {
  // Upstream's Envoy has not the filters that Istio compiles into its own: it refuses a listener with them.
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_ALPN_FILTER: 'false',
  // istioctl asks by the plain-text port, where it has no identity.
  ENABLE_DEBUG_ENDPOINT_AUTH: 'false',
  // The CRDs of the Gateway API are not there, and no injector or webhook is.
  PILOT_ENABLE_GATEWAY_API: 'false',
  ...{ VALIDATION_WEBHOOK_CONFIG_NAME: '', INJECTION_WEBHOOK_CONFIG_NAME: '' },
  ...{ POD_NAMESPACE: 'istio-system', POD_NAME: 'istiod-0', REVISION: 'default' },
} as const;

/** Starts it; resolves when it serves: some 2 s. */
export async function startIstiod({ kubeconfig, folder, cluster }: IstiodOptions): Promise<Istiod> {
  await mkdir(folder, { recursive: true });
  const ports = await freePorts(5);
  const [grpc, secure, http, https, monitoring] = ports.map((port) => `127.0.0.1:${port}`) as [
    ...[string, string, string, string, string],
  ];
  const args = [
    // In the folder: it looks for certificates and more in relative paths.
    ...['-C', folder, await pilotDiscovery.path(), 'discovery', '--kubeconfig', kubeconfig],
    // Not there, so that MeshConfig is read from the ConfigMap `istio`, as in a cluster (pilot/pkg/bootstrap/mesh.go).
    ...['--meshConfig', join(folder, 'none'), '--networksConfig', join(folder, 'none')],
    ...['--clusterID', cluster, '--grpcAddr', grpc, '--secureGRPCAddr', secure],
    ...['--httpAddr', http, '--httpsAddr', https, '--monitoringAddr', monitoring],
    '--ctrlz_port=0',
  ];
  let process: GuardedProcess;
  const istiod: Istiod = {
    address: secure,
    plaintext: grpc,
    process: () => process,
    stop: () => process.stop(),
    async start() {
      process = await startGuarded('env', args, {
        ...{ name: 'istiod', code: 'MESHSPAN_ERR_COMMAND_FAILED' },
        env: { ...SETTINGS, CLUSTER_ID: cluster },
      });
      await ready(http, process).catch(async (error) => {
        await process.stop();
        throw error;
      });
    },
  };
  await istiod.start();
  return istiod;
}

async function ready(http: string, process: GuardedProcess): Promise<void> {
  const answers = async (): Promise<void> => {
    const { status, ok } = await fetch(`http://${http}/ready`);
    if (!ok) throw new Error(`istiod answered ${status}`);
  };
  const ended = process.ended.then((status) => {
    throw new Error(`istiod ended with ${status}:\n${process.lines().slice(-15).join('\n')}`);
  });
  await Promise.race([vi.waitFor(answers, { timeout: 60_000, interval: 100 }), ended]);
}
