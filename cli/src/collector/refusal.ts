import { inspect } from 'node:util';

/** A request the collector does not take. `message` is for the sender: what was wrong with which part. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  /** The HTTP status to answer with, 4xx. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** `value` as an object; `at` is its path in the body. Throws a 400 Refusal. */
export function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unexpected('an object', value, at);
  return value as Record<string, unknown>;
}

/** `value` as a list, empty when it is absent: protobuf writes no empty lists. Throws a 400 Refusal. */
export function listAt(value: unknown, at: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw unexpected('a list', value, at);
  return value;
}

/** `value` as text, `''` when it is absent. Throws a 400 Refusal. */
export function textAt(value: unknown, at: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw unexpected('text', value, at);
  return value;
}

/** `value`, a number or decimal text, as a non-negative integer; 0 when it is absent. Throws a 400 Refusal. */
export function unsignedAt(value: unknown, at: string): bigint {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value);
  throw unexpected('a non-negative integer', value, at);
}

/** A 400 Refusal that shows the beginning of what came, control characters escaped. */
export function unexpected(expected: string, got: unknown, at: string): Refusal {
  // `inspect` goes no deeper than told, where JSON.stringify overflows the stack on a deep enough body.
  const shown = inspect(got, { depth: 0, maxArrayLength: 8, maxStringLength: 60, breakLength: Infinity });
  return new Refusal(400, `${at}: expected ${expected}, got ${shown}`);
}
