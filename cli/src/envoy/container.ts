import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { runAfterDeath } from '../process/after-death.ts';
import { KEPT_LINES } from '../process/guarded.ts';
import type { EnvoyLauncher, EnvoyPlace, EnvoyStart, RunningEnvoy } from './envoy.ts';
import { listenerUrl, readyListeners } from './listeners.ts';
import { ADMIN_ADDRESS, envoyArguments } from './local.ts';

/** Ports inside the container where it has a network of its own. */
const LISTENER_PORT = 10_000;
const ADMIN_PORT = 9_901;

/**
 * Runs Envoy in a container, through testcontainers. On Linux it shares this machine's network, so that all
 * traffic stays on loopback; elsewhere (Docker Desktop) its ports are published on loopback.
 *
 * The published form was written from Docker's documentation; it is not run on the project's own machines.
 */
export function containerLauncher(
  image: string,
  hostNetwork: boolean = process.platform === 'linux',
): EnvoyLauncher {
  const shared: { source: string; target: string }[] = [];
  const host = hostNetwork ? '127.0.0.1' : '0.0.0.0';
  return {
    description: `container ${image}`,
    hostFromEnvoy: hostNetwork ? '127.0.0.1' : 'host.docker.internal',
    place(port: number): EnvoyPlace {
      return hostNetwork
        ? { listen: { host, port }, admin: { host, port: 0 } }
        : { listen: { host, port: LISTENER_PORT }, admin: { host, port: ADMIN_PORT } };
    },
    share(source: string): string {
      const target = `/meshspan/${basename(source)}`;
      if (!shared.some((file) => file.target === target)) shared.push({ source, target });
      return target;
    },
    start: (options: EnvoyStart) => startContainer(image, hostNetwork, shared, options),
  };
}

async function startContainer(
  image: string,
  hostNetwork: boolean,
  shared: readonly { source: string; target: string }[],
  { name, bootstrap, port, concurrency = 1 }: EnvoyStart,
): Promise<RunningEnvoy> {
  // Ryuk, testcontainers' reaper, is one more image to pull; `runAfterDeath` does its work here.
  process.env.TESTCONTAINERS_RYUK_DISABLED ??= 'true';
  const { GenericContainer, Wait } = await import('testcontainers');
  const lines: string[] = [];
  const container = new GenericContainer(image)
    .withCommand(envoyArguments(name, bootstrap, concurrency))
    .withCopyFilesToContainer(shared.map((file) => ({ ...file, mode: 0o644 })))
    .withLogConsumer((stream) => {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
      });
    })
    .withWaitStrategy(Wait.forLogMessage(ADMIN_ADDRESS))
    .withStartupTimeout(30_000);
  if (hostNetwork) container.withNetworkMode('host');
  else {
    container
      .withExposedPorts(port === 0 ? LISTENER_PORT : { container: LISTENER_PORT, host: port }, ADMIN_PORT)
      .withExtraHosts([{ host: 'host.docker.internal', ipAddress: 'host-gateway' }]);
  }

  const started = await container.start();
  const forget = runAfterDeath('docker', ['rm', '--force', started.getId()]);
  const stop = async (): Promise<void> => {
    await started.stop({ timeout: 3000, remove: true });
    forget();
  };
  try {
    const admin = hostNetwork
      ? `http://${await addressInLog(lines)}`
      : `http://127.0.0.1:${started.getMappedPort(ADMIN_PORT)}`;
    const inside = await readyListeners(admin);
    const ports = hostNetwork
      ? inside
      : new Map([...inside].map(([key]) => [key, started.getMappedPort(LISTENER_PORT)]));
    return { admin, url: (listener) => listenerUrl('127.0.0.1', ports, listener), lines: () => lines, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The admin address that Envoy logged; testcontainers has waited for the line, its stream may be a little behind. */
async function addressInLog(lines: readonly string[]): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt++) {
    for (const line of lines) {
      const address = ADMIN_ADDRESS.exec(line)?.[1];
      if (address !== undefined) return address;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return 'admin-address-not-logged';
}
