import { setTimeout as delay } from 'node:timers/promises';
import { get, newTrace, type SentHeaders } from '../../e2e/client.ts';

/** What came of the requests of a load. */
export interface LoadResult {
  /** In the order in which they were sent. */
  readonly requests: readonly { readonly traceId: string; readonly sentAt: number }[];
  /** Each status with how often it came; `failed` counts connections that broke. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface Load {
  /** How many requests have been answered. */
  answered(): number;
  /** Sends no more, and resolves when every request has its answer. */
  stop(): Promise<LoadResult>;
}

/** Sends requests, each with a trace of its own, from four senders until it is stopped: some hundred a second. */
export function startLoad(url: string, headers: SentHeaders): Load {
  const requests: { traceId: string; sentAt: number }[] = [];
  const statuses: Record<string, number> = {};
  let stopped = false;
  let answered = 0;
  const send = async (): Promise<void> => {
    while (!stopped) {
      const { traceId, traceparent } = newTrace();
      requests.push({ traceId, sentAt: performance.now() });
      const status = await get(url, { ...headers, traceparent }).then(
        (answer) => String(answer.status),
        () => 'failed',
      );
      statuses[status] = (statuses[status] ?? 0) + 1;
      answered++;
      // A pause, as the control plane and both proxies share two cores with it.
      await delay(20);
    }
  };
  const senders = Promise.all(Array.from({ length: 4 }, send));
  return {
    answered: () => answered,
    async stop() {
      stopped = true;
      await senders;
      return { requests, statuses };
    },
  };
}
