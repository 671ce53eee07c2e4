import { expect, test } from 'vitest';
import { ERROR_CODES, isMeshspanError, MeshspanError } from './errors.ts';

const parts = { expected: 'port 1 to be free', got: 'a listener', where: '127.0.0.1:1', mend: 'pass --port' };

test('the message says what it means, what was expected, what came, where, and how to mend it', () => {
  const error = new MeshspanError('MESHSPAN_ERR_PORT_TAKEN', { ...parts, cause: 'EADDRINUSE' });
  for (const part of [ERROR_CODES[error.code], error.code, ...Object.values(parts)]) {
    expect(error.message).toContain(part);
  }
  expect(error).toMatchObject({ name: 'MeshspanError', cause: 'EADDRINUSE', ...parts });
});

test('known by its brand, also when it comes from another copy of the package', () => {
  const foreign = Object.assign(new Error(), { [Symbol.for('meshspan.error')]: true });
  expect([new MeshspanError('MESHSPAN_ERR_PORT_TAKEN', parts), foreign].map(isMeshspanError)).toEqual([
    true,
    true,
  ]);
  expect([new Error(), null, 'text', {}].map(isMeshspanError)).toEqual([false, false, false, false]);
});

test('every code has the prefix and a meaning', () => {
  for (const [code, meaning] of Object.entries(ERROR_CODES)) {
    expect(code).toMatch(/^MESHSPAN_ERR_[A-Z_]+$/);
    expect(meaning.length).toBeGreaterThan(20);
  }
});
