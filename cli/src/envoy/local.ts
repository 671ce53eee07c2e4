import { startGuarded } from '../process/guarded.ts';
import type { EnvoyLauncher, EnvoyPlace, EnvoyStart, RunningEnvoy } from './envoy.ts';
import { listenerUrl, readyListeners } from './listeners.ts';

const LOOPBACK = '127.0.0.1';
/** Envoy's log line with the port that it was given (`Server::InstanceBase::initialize`). */
export const ADMIN_ADDRESS: RegExp = /admin address: (\S+)/;

/** Runs Envoy as a program on this machine. */
export function localLauncher(binary: string, description: string = binary): EnvoyLauncher {
  return {
    description,
    hostFromEnvoy: LOOPBACK,
    place: (port: number): EnvoyPlace => ({
      listen: { host: LOOPBACK, port },
      admin: { host: LOOPBACK, port: 0 },
    }),
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
    const [, admin] = await envoy.waitForLine(ADMIN_ADDRESS);
    const ports = await readyListeners(`http://${admin}`);
    return {
      admin: `http://${admin}`,
      pid: envoy.pid,
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
    // People and tests wait for the access log; ten seconds is Envoy's default.
    '--file-flush-interval-msec',
    '20',
    '--log-level',
    'info',
  ];
}
