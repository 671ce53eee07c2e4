import { createHash } from 'node:crypto';

/** Grafana's own bound of the uid of a dashboard or a data source. */
const UID_LENGTH = 40;

/** The uid of a mesh's dashboard or data source: the same each time, within the length that Grafana takes. */
export function uid(name: string, kind: string): string {
  const plain = `${name}-${kind}`;
  if (plain.length <= UID_LENGTH) return plain;
  const hash = createHash('sha256').update(plain).digest('hex').slice(0, 12);
  return `${kind.slice(0, UID_LENGTH - hash.length - 1)}-${hash}`;
}
