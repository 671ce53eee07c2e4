import { wrapFetch } from './fetch.ts';
import { subscribeHttp } from './http.ts';
import { subscribeUndici } from './undici.ts';

/** Registered, so that the ESM and the CJS copy of this package cover outbound calls once between them. */
const INSTALLED = Symbol.for('meshspan.outbound.1');
const holder = globalThis as { [INSTALLED]?: (() => void) | undefined };

/** Covers calls out through node:http, node:https, global fetch and undici. Again is nothing. */
export function install(): void {
  if (holder[INSTALLED] !== undefined) return;
  const undo = [subscribeHttp(), subscribeUndici(), wrapFetch()];
  holder[INSTALLED] = () => {
    for (const each of undo) each();
  };
}

/** Takes {@link install} back: channels left, `globalThis.fetch` as it was. The next middleware installs anew. */
export function uninstall(): void {
  holder[INSTALLED]?.();
  holder[INSTALLED] = undefined;
}

/** Whether calls out are covered at present. */
export function isInstalled(): boolean {
  return holder[INSTALLED] !== undefined;
}
