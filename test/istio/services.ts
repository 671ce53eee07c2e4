/** The example's services, and what both forms of the mesh say of their proxies. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { vi } from 'vitest';
import type { Agent } from './agent.ts';

/** The proxies' cluster, as `cluster` on their spans has it. */
export const CLUSTER = 'eu-central';
const SERVICES = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** Starts `orders` or `inventory` on a port that the system chooses; resolves when it listens. */
export async function startService(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<GuardedProcess> {
  const service = await startGuarded(process.execPath, [join(SERVICES, `${name}.ts`)], {
    ...{ name, code: 'MESHSPAN_ERR_SERVICE_FAILED' },
    env: { PORT: '0', ...env },
  });
  await portOf(service);
  return service;
}

export async function portOf(service: GuardedProcess): Promise<number> {
  const [, port] = await service.waitForLine(/listens on http:\/\/[\d.]+:(\d+)/);
  return Number(port);
}

/** Resolves when something answers, whatever it says. Rejects after 30 s, or when the agent ends, with its last lines. */
export async function serves(url: string, { process }: Agent): Promise<void> {
  const failure = (reason: string): Error => new Error(`${reason}\n${process.lines().slice(-40).join('\n')}`);
  const ended = process.ended.then((status) => {
    throw failure(`the agent ended with ${status}`);
  });
  const answers = vi.waitFor(() => fetch(url), { timeout: 30_000, interval: 50 });
  await Promise.race([answers, ended]).catch((error) => {
    throw failure(`nothing at ${url}: ${error}`);
  });
}
