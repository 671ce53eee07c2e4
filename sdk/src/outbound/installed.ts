/** What is installed, and how to take it back. */
export interface Installed {
  refresh(): void;
  undo(): void;
}

/** Registered, so that all copies of this package cover outbound calls once between them. */
const INSTALLED = Symbol.for('meshspan.outbound.1');
const holder = globalThis as { [INSTALLED]?: Installed | undefined };

/** What covers calls out at present; undefined where nothing does. */
export function installed(): Installed | undefined {
  return holder[INSTALLED];
}

export function setInstalled(what: Installed | undefined): void {
  holder[INSTALLED] = what;
}
