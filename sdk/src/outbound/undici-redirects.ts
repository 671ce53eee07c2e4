import { CARRIED, type CarriedContext } from '../context.ts';
import { BAGGAGE } from '../formats/header-names.ts';
import { MeshHosts } from './mesh-hosts.ts';
import { findName } from './one-of-each.ts';

/**
 * A header that never leaves the process. Where a redirect interceptor stands behind ours (undici 6 builds one
 * into every Agent that has `maxRedirections`), it sends our headers on to any host, knowing nothing of them.
 * So the list carries the host that identity was meant for, and the names of ours; each request that undici
 * builds from it is checked, and the mark taken off, before its head is written.
 */
const MARK = 'meshspan-host';

/** The mesh as it is without options: which context the list came from is not known where it is checked. */
const MESH = new MeshHosts([]);

/** Marks a list of names and values in which ours begin at `from`. */
export function markHost(headers: unknown[], from: number, host: string, context: CarriedContext): void {
  const { traceTo, identity } = context[CARRIED].settings;
  const names: unknown[] = [];
  for (let index = from; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (traceTo === 'mesh' || name === BAGGAGE || identity.includes(name)) names.push(name);
  }
  if (names.length > 0) headers.push(MARK, [host, ...names].join(' '));
}

/** Takes the mark off and, where the request now goes to a stranger, identity and baggage too. */
export function checkHost(headers: unknown[], host: string): void {
  const at = findName(headers, MARK);
  if (at === -1) return;
  const [, mark] = headers.splice(at, 2);
  const [meant, ...names] = String(mark).split(' ');
  if (host === meant || MESH.includes(host)) return;
  for (const name of names) {
    const found = findName(headers, name);
    if (found !== -1) headers.splice(found, 2);
  }
}
