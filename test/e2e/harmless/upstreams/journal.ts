/** What the upstreams of a test saw, by trace id: the test compares it, and waits for it. */
import type { Duplex } from 'node:stream';

export type UpstreamEvent =
  | `headers ${string}`
  | 'some body'
  | `body of ${number}`
  | 'upgraded'
  | 'closed'
  | 'aborted';

export class Journal {
  readonly #events = new Map<string, UpstreamEvent[]>();
  readonly #waiting = new Set<() => void>();

  add(traceId: string, event: UpstreamEvent): void {
    this.#events.set(traceId, [...this.of(traceId), event]);
    for (const check of [...this.#waiting]) check();
  }

  of(traceId: string): readonly UpstreamEvent[] {
    return this.#events.get(traceId) ?? [];
  }

  /** Resolves as soon as an event of the trace begins with `start`. */
  async until(traceId: string, start: string): Promise<void> {
    await this.#when(() => this.of(traceId).some((event) => event.startsWith(start)));
  }

  /** Resolves when each request of the trace that came has ended, one way or the other. */
  async settled(traceId: string): Promise<void> {
    const count = (...starts: string[]): number =>
      this.of(traceId).filter((event) => starts.some((start) => event.startsWith(start))).length;
    await this.#when(() => count('headers') === count('closed', 'aborted'));
  }

  #when(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** The trace of a request, from the header that Envoy sends on. */
export function traceOf(headers: Readonly<Record<string, unknown>>): string {
  return String(headers.traceparent).split('-')[1] ?? 'no trace';
}

/** Ends every connection of a server with it: a test leaves none behind. */
export class OpenSockets {
  readonly #open = new Set<Duplex>();

  add(socket: Duplex): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // Resets are what these tests are about.
    socket.on('error', () => {});
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
