import { startGuarded } from '@meshspan/cli/process/guarded.ts';
import { crane } from './tools.ts';

/** A registry of OCI images on loopback, which forgets everything when it stops. */
export interface Registry {
  /** `127.0.0.1:12345`: plain HTTP, no log-in. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Starts one on `port` (0: the system chooses). */
export async function startRegistry(port = 0): Promise<Registry> {
  const server = await startGuarded(
    await crane.path(),
    ['registry', 'serve', '--address', `127.0.0.1:${port}`],
    {
      name: 'registry',
      code: 'MESHSPAN_ERR_COMMAND_FAILED',
    },
  );
  const [, served] = await server.waitForLine(/serving on port (\d+)/);
  return { address: `127.0.0.1:${served}`, stop: () => server.stop() };
}
