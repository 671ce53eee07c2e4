import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Refusal } from './refusal.ts';

/**
 * The body of a request, unpacked if it is gzip, at most `limit` bytes before and after unpacking.
 * Throws a Refusal: 413 over the limit, 415 for another encoding, 400 for broken gzip.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // What is over the limit is read and thrown away: a sender cut off in the middle would never see the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > limit) throw new Refusal(413, `body: expected at most ${limit} bytes, got ${size}`);
  const body = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding === 'gzip') return unpack(body, limit);
  throw new Refusal(415, `content-encoding: expected gzip or none, got ${encoding}`);
}

async function unpack(body: Buffer, limit: number): Promise<Buffer> {
  try {
    return await promisify(gunzip)(body, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Refusal(413, `body: expected at most ${limit} bytes unpacked, got more`);
    }
    throw new Refusal(400, `body: expected gzip as content-encoding says, got: ${(error as Error).message}`);
  }
}

/** A body as JSON. Throws a 400 Refusal with the parser's reason. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new Refusal(400, `body: expected JSON, got: ${(error as Error).message}`);
  }
}
