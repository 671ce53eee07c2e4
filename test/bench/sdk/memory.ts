import { sendRequests } from '../load.ts';
import type { Machine } from '../machine.ts';
import { HEADERS } from './cases.ts';
import type { Workplace } from './peers.ts';
import { type Service, startService } from './services.ts';

/** The heap of a service after so many requests, in bytes, each time after a collection. */
export interface Memory {
  readonly requests: readonly number[];
  readonly heap: readonly number[];
}

/** Between two looks at the heap. */
const STEP_MS = 5000;

/** Loads one Fastify service with meshspan until it has answered `requests`. */
export async function measureMemory(
  machine: Machine,
  workplace: Workplace,
  runtime: string,
  downstream: Service,
  { requests, signal }: { requests: number; signal: AbortSignal },
): Promise<Memory> {
  const one = { id: 'memory', runtime, framework: 'fastify', call: 'none', variant: 'meshspan' } as const;
  const service = await startService(machine, workplace, one, downstream, ['--expose-gc']);
  const told = { requests: [] as number[], heap: [] as number[] };
  try {
    for (let answered = 0; answered < requests; ) {
      signal.throwIfAborted();
      const load = { url: service.url, headers: HEADERS, connections: 32, milliseconds: STEP_MS };
      answered += await sendRequests(machine, load);
      told.requests.push(answered);
      told.heap.push(Number(await (await fetch(`${service.url}/heap`)).text()));
    }
    return told;
  } finally {
    await service.stop();
  }
}
