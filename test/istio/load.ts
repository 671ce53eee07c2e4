/** Requests that go on while something else happens. */
import { setTimeout as delay } from 'node:timers/promises';
import { vi } from 'vitest';
import { get, newTrace, type SentHeaders } from '../e2e/client.ts';

/** What came of the requests of a load. */
export interface LoadResult {
  /** Their traces, in the order in which they were sent. */
  readonly requests: readonly string[];
  /** Each status with how often it came; `failed: ECONNRESET` and the like are connections that broke. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface Load {
  /** Resolves when `count` more requests have been answered. Rejects after 30 s. */
  more(count: number): Promise<void>;
  /** Sends no more, and resolves when every request has its answer. May be called twice. */
  stop(): Promise<LoadResult>;
}

/** Sends requests, each with a trace of its own, from four senders until it is stopped: some hundred a second. */
export function startLoad(url: string, headers: SentHeaders): Load {
  const requests: string[] = [];
  const statuses: Record<string, number> = {};
  let stopped = false;
  let answered = 0;
  const send = async (): Promise<void> => {
    while (!stopped) {
      const { traceId, traceparent } = newTrace();
      requests.push(traceId);
      const status = await get(url, { ...headers, traceparent }).then(
        (answer) => String(answer.status),
        (error: NodeJS.ErrnoException) => `failed: ${error.code ?? error.message}`,
      );
      statuses[status] = (statuses[status] ?? 0) + 1;
      answered++;
      // A pause, as the control plane and both proxies share two cores with it.
      await delay(20);
    }
  };
  const senders = Promise.all(Array.from({ length: 4 }, send));
  return {
    async more(count) {
      const wanted = answered + count;
      const enough = (): void => {
        if (answered < wanted) throw new Error(`${answered} answers of ${wanted}`);
      };
      await vi.waitFor(enough, { timeout: 30_000, interval: 10 });
    },
    async stop() {
      stopped = true;
      await senders;
      return { requests, statuses };
    },
  };
}
