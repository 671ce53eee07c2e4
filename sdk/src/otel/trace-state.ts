import type { TraceState } from '@opentelemetry/api';

/**
 * A checked tracestate as OpenTelemetry takes it. The API's own createTraceState drops whatever is longer than
 * 512 characters and keys that only level 2 allows (api/src/trace/internal/tracestate-impl.ts); this one gives
 * back what came, as received, until something is set on it.
 */
export class CheckedTraceState implements TraceState {
  readonly #received: string;

  /** @param received what parseTracestate() has let pass. */
  constructor(received: string) {
    this.#received = received;
  }

  get(key: string): string | undefined {
    return this.#members().find(([name]) => name === key)?.[1];
  }

  /** §3.5: a member that is changed or added goes to the front; the last one falls off beyond 32. */
  set(key: string, value: string): TraceState {
    const others = this.#members().filter(([name]) => name !== key);
    return fromMembers([[key, value], ...others.slice(0, 31)]);
  }

  unset(key: string): TraceState {
    return fromMembers(this.#members().filter(([name]) => name !== key));
  }

  serialize(): string {
    return this.#received;
  }

  #members(): [string, string][] {
    return this.#received.split(',').flatMap((part): [string, string][] => {
      const member = part.trim();
      const at = member.indexOf('=');
      return at === -1 ? [] : [[member.slice(0, at), member.slice(at + 1)]];
    });
  }
}

function fromMembers(members: readonly (readonly [string, string])[]): TraceState {
  return new CheckedTraceState(members.map(([key, value]) => `${key}=${value}`).join(','));
}
