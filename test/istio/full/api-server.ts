/** A Kubernetes API server with an etcd behind it, and kubectl: no controllers, no scheduler, no kubelet. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { type Finished, run, runOrFail } from '@meshspan/cli/process/run.ts';
import { vi } from 'vitest';
import { freePorts } from '../../tools/free-ports.ts';
import { etcd, kubeApiserver, kubectl } from '../../tools/tools.ts';

export interface ApiServer {
  /** File for kubectl, istioctl and istiod, with every right. */
  readonly kubeconfig: string;
  readonly processes: { readonly etcd: GuardedProcess; readonly apiServer: GuardedProcess };
  /** `kubectl ARGS`, whatever its exit status. */
  kubectl(...args: readonly string[]): Promise<Finished>;
  /** `kubectl apply` of files; rejects with what the API server says of them. */
  apply(...files: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts both with their data under `folder`, and resolves when the API server is ready: some 3 s. */
export async function startApiServer(folder: string): Promise<ApiServer> {
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  await mkdir(folder, { recursive: true });
  const store = await startEtcd(folder, client, peer);
  let apiServer: GuardedProcess | undefined;
  const stop = async (): Promise<void> => {
    await apiServer?.stop(10_000);
    await store.stop();
  };
  try {
    apiServer = await startGuarded(await kubeApiserver.path(), await apiServerFlags(folder, client, secure), {
      name: 'kube-apiserver',
      code: 'MESHSPAN_ERR_COMMAND_FAILED',
    });
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(secure, join(folder, 'certs', 'apiserver.crt')));
    const program = await kubectl.path();
    const call = (args: readonly string[]): readonly string[] => ['--kubeconfig', kubeconfig, ...args];
    await ready(() => run(program, call(['get', '--raw', '/readyz'])), apiServer);
    return {
      ...{ kubeconfig, stop, processes: { etcd: store, apiServer } },
      kubectl: (...args) => run(program, call(args)),
      apply: (...files) =>
        // By the server: Istio's CRDs are longer than the annotation in which a client's apply keeps them.
        runOrFail(
          program,
          call(['apply', '--server-side', ...files.flatMap((file) => ['-f', file])]),
          'mend what it names',
        ),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startEtcd(folder: string, client: number, peer: number): Promise<GuardedProcess> {
  const [clients, peers] = [`http://127.0.0.1:${client}`, `http://127.0.0.1:${peer}`];
  const args = [
    ...['--name', 'etcd', '--data-dir', join(folder, 'etcd')],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    ...['--initial-cluster', `etcd=${peers}`],
  ];
  const code = 'MESHSPAN_ERR_COMMAND_FAILED';
  const store = await startGuarded(await etcd.path(), args, { name: 'etcd', code });
  await store
    .waitForLine(/ready to serve client requests|serving insecure client requests/)
    .catch(async (error) => {
      await store.stop();
      throw error;
    });
  return store;
}

/** Who calls: the one user of the token file, who may do everything. */
const TOKEN = 'meshspan-test';

async function apiServerFlags(folder: string, etcdPort: number, port: number): Promise<readonly string[]> {
  const file = (name: string): string => join(folder, name);
  // Tokens of ServiceAccounts: the API server does not start without keys for them.
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file('accounts.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(file('accounts.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(file('tokens.csv'), `${TOKEN},admin,1,system:masters\n`);
  return [
    ...[`--etcd-servers=http://127.0.0.1:${etcdPort}`, '--bind-address=127.0.0.1', `--secure-port=${port}`],
    ...[`--cert-dir=${file('certs')}`, `--token-auth-file=${file('tokens.csv')}`],
    ...['--authorization-mode=AlwaysAllow', '--service-cluster-ip-range=10.0.0.0/24'],
    ...['--service-account-issuer=https://kubernetes.default.svc'],
    ...[`--service-account-key-file=${file('accounts.pub')}`],
    ...[`--service-account-signing-key-file=${file('accounts.key')}`],
    // Nothing makes ServiceAccounts here, and a Pod without one would be refused.
    '--disable-admission-plugins=ServiceAccount',
    // It would make an EndpointSlice of its own address, and these refuse loopback.
    '--endpoint-reconciler-type=none',
  ];
}

function kubeconfigOf(port: number, certificate: string): string {
  return `apiVersion: v1
kind: Config
current-context: test
clusters: [{ name: test, cluster: { server: "https://127.0.0.1:${port}", certificate-authority: "${certificate}" } }]
users: [{ name: admin, user: { token: ${TOKEN} } }]
contexts: [{ name: test, context: { cluster: test, user: admin } }]
`;
}

async function ready(ask: () => Promise<Finished>, server: GuardedProcess): Promise<void> {
  const answers = async (): Promise<void> => {
    const { status, stderr } = await ask();
    if (status !== 0) throw new Error(stderr);
  };
  const ended = server.ended.then((status) => {
    throw new Error(`kube-apiserver ended with ${status}:\n${server.lines().slice(-15).join('\n')}`);
  });
  await Promise.race([vi.waitFor(answers, { timeout: 60_000, interval: 200 }), ended]);
}
