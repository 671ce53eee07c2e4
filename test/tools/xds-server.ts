import { MeshspanError } from '@meshspan/cli/errors.ts';
import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import type { Tool } from './tool.ts';
import { xdsd } from './tools.ts';

/** Istio's control plane without Kubernetes: its xDS of these files (test/tools/istio/xdsd). */
export interface XdsServer {
  /** Where proxies and agents get xDS, in plain text: `127.0.0.1:12345`. */
  readonly address: string;
  /** Istio's debug pages by HTTP: `/debug/configz`, `/debug/syncz`, `/debug/config_dump?proxyID=`. */
  readonly debug: string;
  /** Its last lines: Istio's own log. */
  lines(): readonly string[];
  /**
   * Reads the files of `mesh` and `configs` again and pushes what changed. Resolves with the number of changed
   * resources; rejects with Istio's words when it refuses a file, and then serves what it did before.
   */
  reload(): Promise<number>;
  stop(): Promise<void>;
}

/** What it serves. */
export interface XdsOptions {
  /** File with the MeshConfig; Istio's defaults without it. */
  readonly mesh?: string;
  /** Files with Istio's resources. */
  readonly configs?: readonly string[];
  /** File with Services, Pods and the like; read at the start only. */
  readonly kubernetes?: string;
  /** Where to listen; port 0: the system chooses. Named, a second server can take the place of a first. */
  readonly address?: string;
  /** Which Istio: `xdsd` (1.31, the default) or `xdsd129`. */
  readonly tool?: Tool;
  /** Settings of istiod, in addition to those that upstream's Envoy needs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Upstream's Envoy has not the filters that Istio compiles into its own: it refuses a listener with them. */
const FOR_UPSTREAM_ENVOY = {
  PILOT_ENABLE_METADATA_EXCHANGE: 'false',
  PILOT_ENABLE_ALPN_FILTER: 'false',
} as const;

interface Reloaded {
  readonly changed?: number;
  readonly error?: string;
}

/** Starts it; resolves when it serves. */
export async function startXdsServer({
  mesh,
  configs = [],
  kubernetes,
  address = '127.0.0.1:0',
  tool = xdsd,
  env,
}: XdsOptions): Promise<XdsServer> {
  const args = [
    ...['--address', address],
    ...(mesh === undefined ? [] : ['--mesh', mesh]),
    ...(kubernetes === undefined ? [] : ['--kubernetes', kubernetes]),
    ...configs.flatMap((file) => ['--config', file]),
  ];
  const server = await startGuarded(await tool.path(), args, {
    name: tool.name,
    code: 'MESHSPAN_ERR_COMMAND_FAILED',
    env: { ...FOR_UPSTREAM_ENVOY, ...env },
  });
  const [ready] = await server.waitForLine(/^{.*"event":"ready".*}$/);
  const { xds, debug } = JSON.parse(ready) as { xds: string; debug: string };
  let reloads = 0;
  let last: Promise<unknown> = Promise.resolve();

  return {
    address: xds,
    debug,
    lines: () => server.lines(),
    reload() {
      // One after the other: the kernel makes one signal of two that have not been delivered.
      const reloaded = last.then(reload);
      last = reloaded.catch(() => undefined);
      return reloaded;
    },
    stop: () => server.stop(),
  };

  async function reload(): Promise<number> {
    reloads++;
    process.kill(server.pid, 'SIGHUP');
    const [line] = await server.waitForLine(new RegExp(`^{.*"reload":${reloads}[,}].*$`));
    const { changed, error } = JSON.parse(line) as Reloaded;
    if (changed !== undefined) return changed;
    throw new MeshspanError('MESHSPAN_ERR_COMMAND_FAILED', {
      expected: 'Istio to accept the files',
      got: error ?? line,
      where: [mesh, ...configs].join(', '),
      mend: 'mend what it names',
    });
  }
}
