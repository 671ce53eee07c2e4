import { wrapFetch } from './fetch.ts';
import { coverGlobalDispatchers, uncoverGlobalDispatchers } from './global-dispatcher.ts';
import { subscribeHttp } from './http.ts';
import { installed, setInstalled } from './installed.ts';
import { subscribeUndici } from './undici-channel.ts';

/** Covers calls out through node:http, node:https, global fetch and undici. Again is {@link refresh}. */
export function install(): void {
  let covering = installed();
  if (covering === undefined) {
    const undo = [subscribeHttp(), subscribeUndici(), wrapFetch(), uncoverGlobalDispatchers];
    covering = {
      refresh: coverGlobalDispatchers,
      undo() {
        for (const each of undo) each();
      },
    };
    setInstalled(covering);
  }
  covering.refresh();
}

/** Covers a global dispatcher that was set since; every request that comes in sees to it. */
export function refresh(): void {
  installed()?.refresh();
}

/**
 * Takes {@link install} back: channels left, `globalThis.fetch` and undici's global dispatcher as they were, and
 * interceptor() without effect. The next middleware installs anew.
 */
export function uninstall(): void {
  installed()?.undo();
  setInstalled(undefined);
}

/** Whether calls out are covered at present. */
export function isInstalled(): boolean {
  return installed() !== undefined;
}
