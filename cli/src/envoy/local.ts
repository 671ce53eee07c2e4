import { startGuarded } from '../process/guarded.ts';
import type { EnvoyLauncher, EnvoyStart, RunningEnvoy } from './envoy.ts';
import { listenerUrl, readyListeners } from './listeners.ts';

const LOOPBACK = '127.0.0.1';

/** Runs Envoy as a program on this machine. */
export function localLauncher(binary: string, description = binary): EnvoyLauncher {
  return {
    description,
    hostFromEnvoy: LOOPBACK,
    bindAddress: LOOPBACK,
    share: (path: string) => path,
    start: (options) => startLocal(binary, options),
  };
}

async function startLocal(binary: string, options: EnvoyStart): Promise<RunningEnvoy> {
  const { name, bootstrap, concurrency = 1 } = options;
  const envoy = await startGuarded(binary, envoyArguments(name, bootstrap, concurrency), {
    name: `envoy ${name}`,
    code: 'MESHSPAN_ERR_ENVOY_FAILED',
  });
  try {
    const [, admin] = await envoy.waitForLine(/admin address: (\S+)/);
    const ports = await readyListeners(`http://${admin}`);
    return {
      admin: `http://${admin}`,
      url: (listener) => listenerUrl(LOOPBACK, ports, listener),
      lines: envoy.lines,
      stop: () => envoy.stop(),
    };
  } catch (error) {
    await envoy.stop();
    throw error;
  }
}

/** Command line for a bootstrap. In one argument, so that no file is left behind. */
export function envoyArguments(name: string, bootstrap: object, concurrency: number): string[] {
  return [
    '--config-yaml',
    // JSON is YAML.
    JSON.stringify(bootstrap),
    '--service-node',
    name,
    '--concurrency',
    String(concurrency),
    // Several Envoys on one machine would share the hot-restart sockets.
    '--disable-hot-restart',
    '--log-level',
    'info',
  ];
}
