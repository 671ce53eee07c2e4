import { expect, it } from 'vitest';
import { parseReference, printReference } from './reference.ts';

it.each([
  ['ghcr.io/acme/meshspan:1.2.0', 'ghcr.io/acme/meshspan:1.2.0'],
  ['ghcr.io/acme/meshspan', 'ghcr.io/acme/meshspan:0.1.0'],
  ['localhost/meshspan', 'localhost/meshspan:0.1.0'],
  ['127.0.0.1:5000/wasm/meshspan:a', '127.0.0.1:5000/wasm/meshspan:a'],
  ['[::1]:5000/wasm/meshspan', '[::1]:5000/wasm/meshspan:0.1.0'],
  ['acme/meshspan:1', 'docker.io/acme/meshspan:1'],
  ['meshspan', 'docker.io/library/meshspan:0.1.0'],
])('%s is %s', (text, reference) => {
  expect(printReference(parseReference(text, '0.1.0'))).toBe(reference);
});

it.each([
  '',
  'ghcr.io/',
  'ghcr.io/x',
  'ghcr.io/Acme/meshspan',
  'ghcr.io/acme/meshspan:',
  'ghcr.io/acme/meshspan:a b',
  `ghcr.io/acme/meshspan@sha256:${'0'.repeat(64)}`,
  'https://ghcr.io/acme/meshspan',
  'user@ghcr.io/acme/meshspan',
  'ghcr.io/acme/../meshspan',
])('%j is refused', (text) => {
  expect(() => parseReference(text, '0.1.0')).toThrow(
    expect.objectContaining({ code: 'MESHSPAN_ERR_OPTION_INVALID' }),
  );
});
