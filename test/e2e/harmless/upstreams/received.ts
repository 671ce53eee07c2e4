import { createHash } from 'node:crypto';

/** A text or its digest, so that an echo of 2 MB stays comparable and small. Bytes are shown as Latin-1. */
export function digest(bytes: Buffer | string): string {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  if (buffer.length <= 500) return buffer.toString('latin1');
  return `${buffer.length} bytes, SHA-256 ${createHash('sha256').update(buffer).digest('hex')}`;
}

/** A request as an upstream got it: the body of an echoing answer. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Names and values in the order in which they came. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly trailers: readonly string[];
}

export function echoOf({ method, path, headers, body, trailers }: Received): string {
  return JSON.stringify({ method, path, headers: headers.map(digest), body: digest(body), trailers });
}
