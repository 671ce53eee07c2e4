import { join } from 'node:path';
import { MeshspanError } from '@meshspan/cli/errors.ts';
import { type GuardedProcess, startGuarded } from '@meshspan/cli/process/guarded.ts';
import { CLIENT_CORE, ENVOY_CORE, type Machine, onCore } from '../machine.ts';
import { type Case, HEADERS, type Variant } from './cases.ts';
import type { Workplace } from './peers.ts';

/** A service that runs. */
export interface Service {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the server that all services call, on the client's core. */
export function startDownstream(machine: Machine, { folder }: Workplace): Promise<Service> {
  return start(machine, CLIENT_CORE, process.execPath, [join(folder, 'downstream.cjs')]);
}

/** Starts a case's service, on the core whose time is measured; `flags` are Node's. */
export function startService(
  machine: Machine,
  { folder, runtimes }: Workplace,
  { runtime, framework, variant, call }: Case,
  downstream: Service,
  flags: readonly string[] = [],
): Promise<Service> {
  const node = runtimes[runtime] ?? process.execPath;
  const program = [...flags, join(folder, 'service.cjs'), framework, variant, call, downstream.url];
  return start(machine, ENVOY_CORE, node, program);
}

async function start(machine: Machine, core: number, node: string, args: string[]): Promise<Service> {
  const line = onCore(machine, core, node, args);
  const options = { name: 'service', code: 'MESHSPAN_ERR_SERVICE_FAILED' } as const;
  const program: GuardedProcess = await startGuarded(line.command, line.args, options);
  const [, port] = await program.waitForLine(/listening on (\d+)/, 30_000);
  return { url: `http://127.0.0.1:${port}`, pid: program.pid, stop: () => program.stop() };
}

/**
 * Shows by what arrives downstream that each variant does what it is measured for: one that carries nothing would
 * be the fastest.
 *
 * @throws MeshspanError MESHSPAN_ERR_SERVICE_FAILED with the header that is not as it should be.
 */
export async function prove({ id, variant }: Case, { url }: Service): Promise<void> {
  const response = await fetch(`${url}/proof`, { headers: HEADERS });
  const seen = (await response.json()) as Record<string, string | undefined>;
  const [, trace, span] = HEADERS.traceparent?.split('-') ?? [];
  const [, seenTrace, seenSpan] = seen.traceparent?.split('-') ?? [];
  const proofs: Record<Variant, boolean> = {
    none: seen.traceparent === undefined,
    als: seen.traceparent === undefined,
    meshspan: Object.entries(HEADERS).every(([name, value]) => seen[name] === value),
    opentelemetry: seenTrace === trace && seenSpan !== span && seen['x-b3-traceid'] === trace,
  };
  if (proofs[variant]) return;
  throw new MeshspanError('MESHSPAN_ERR_SERVICE_FAILED', {
    ...{ expected: `what ${variant} sends on`, got: JSON.stringify(seen), where: id },
    mend: 'mend the variant: what it costs is of no use as long as it does nothing',
  });
}
