import { wrapFetch } from './fetch.ts';
import { coverGlobalDispatchers, uncoverGlobalDispatchers } from './global-dispatcher.ts';
import { subscribeHttp } from './http.ts';
import { subscribeUndici } from './undici-channel.ts';

/** What is installed, and how to take it back. */
interface Installed {
  refresh(): void;
  undo(): void;
}

/** Registered, so that the ESM and the CJS copy of this package cover outbound calls once between them. */
const INSTALLED = Symbol.for('meshspan.outbound.1');
const holder = globalThis as { [INSTALLED]?: Installed | undefined };

/** Covers calls out through node:http, node:https, global fetch and undici. Again is {@link refresh}. */
export function install(): void {
  if (holder[INSTALLED] === undefined) {
    const undo = [subscribeHttp(), subscribeUndici(), wrapFetch(), uncoverGlobalDispatchers];
    holder[INSTALLED] = {
      refresh: coverGlobalDispatchers,
      undo() {
        for (const each of undo) each();
      },
    };
  }
  refresh();
}

/** Covers a global dispatcher that was set since; every request that comes in sees to it. */
export function refresh(): void {
  holder[INSTALLED]?.refresh();
}

/**
 * Takes {@link install} back: channels left, `globalThis.fetch` and undici's global dispatcher as they were.
 * The next middleware installs anew.
 */
export function uninstall(): void {
  holder[INSTALLED]?.undo();
  holder[INSTALLED] = undefined;
}

/** Whether calls out are covered at present. */
export function isInstalled(): boolean {
  return holder[INSTALLED] !== undefined;
}
