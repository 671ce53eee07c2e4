import { type Answer, shown } from './caller.ts';

/** Where reading stands. */
interface Reader {
  readonly bytes: Buffer;
  at: number;
}

/**
 * Reads HTTP/1 answers one after the other (RFC 9112, section 6.3). Chunks are joined: where one ends depends
 * on how the packets fell.
 */
export function readAnswers(bytes: Buffer, methods: readonly string[]): Answer[] {
  const reader: Reader = { bytes, at: 0 };
  const answers: Answer[] = [];
  let request = 0;
  while (reader.at < bytes.length) {
    const answer = readAnswer(reader, methods[request] ?? 'GET');
    answers.push(answer);
    // 100 and 103 come before the answer proper.
    if (answer.status >= 200) request += 1;
  }
  return answers;
}

function readAnswer(reader: Reader, method: string): Answer {
  const start = reader.at;
  const status = readLine(reader);
  const headers = readFields(reader);
  if (status === undefined || headers === undefined) {
    // Not a head, or not all of one: shown as it came.
    return { status: 0, headers: [], body: text(reader.bytes.subarray(start)), trailers: [], whole: false };
  }
  const code = Number(status.split(' ')[1]);
  const value = (name: string): string | undefined =>
    headers.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 2);
  const answer = {
    status: code,
    headers: [status, ...headers.map((line) => shown(...nameAndValue(line)))],
    trailers: [],
  };
  const length = value('content-length');

  // What follows 101 is the tunnel's.
  if (code === 101) return { ...answer, body: text(rest(reader)), whole: true };
  if (method === 'HEAD' || code < 200 || code === 204 || code === 304) {
    return { ...answer, body: '', whole: true };
  }
  if (value('transfer-encoding') === 'chunked') return { ...answer, ...readChunks(reader) };
  if (length === undefined) return { ...answer, body: text(rest(reader)), whole: true };
  const body = reader.bytes.subarray(reader.at, reader.at + Number(length));
  reader.at += Number(length);
  return { ...answer, body: text(body), whole: body.length === Number(length) };
}

function readChunks(reader: Reader): Pick<Answer, 'body' | 'trailers' | 'whole'> {
  const chunks: Buffer[] = [];
  const joined = (): string => text(Buffer.concat(chunks));
  // Each turn takes a line: bounded by the bytes that came.
  for (let line = readLine(reader); line !== undefined; line = readLine(reader)) {
    const length = Number.parseInt(line, 16);
    if (length === 0) {
      const trailers = readFields(reader);
      return { body: joined(), trailers: trailers ?? [], whole: trailers !== undefined };
    }
    chunks.push(reader.bytes.subarray(reader.at, reader.at + length));
    reader.at += length + 2;
  }
  return { body: joined(), trailers: [], whole: false };
}

function readFields(reader: Reader): string[] | undefined {
  const fields: string[] = [];
  for (let line = readLine(reader); line !== undefined; line = readLine(reader)) {
    if (line === '') return fields;
    fields.push(line);
  }
  return undefined;
}

function readLine(reader: Reader): string | undefined {
  const end = reader.bytes.indexOf('\r\n', reader.at);
  if (end < 0) {
    reader.at = reader.bytes.length;
    return undefined;
  }
  const line = reader.bytes.toString('latin1', reader.at, end);
  reader.at = end + 2;
  return line;
}

function rest(reader: Reader): Buffer {
  const bytes = reader.bytes.subarray(reader.at);
  reader.at = reader.bytes.length;
  return bytes;
}

function nameAndValue(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function text(bytes: Buffer): string {
  return bytes.toString('latin1');
}
