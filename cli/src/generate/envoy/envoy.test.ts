import { expect, it } from 'vitest';
import { toMesh } from '../../config/load.ts';
import { parseSource } from '../../config/source.ts';
import { NEWEST } from '../../config/versions.ts';
import { generateFiles } from '../targets.ts';

function files(text: string, envoy: string = NEWEST.envoy): ReadonlyMap<string, string> {
  const mesh = toMesh(parseSource(text, 'meshspan.yaml'));
  return new Map(
    generateFiles(['envoy'], mesh, { ...NEWEST, envoy }).map(({ path, text }) => [path, text] as const),
  );
}

it('one Envoy has no folder of its own, several have', () => {
  expect([...files('name: one').keys()]).toEqual(['envoy/bootstrap.yaml', 'envoy/snippet.yaml']);
  expect([...files('envoy: [{ name: a }, { name: b }]').keys()]).toEqual([
    'envoy/a/bootstrap.yaml',
    'envoy/b/bootstrap.yaml',
    'envoy/snippet.yaml',
  ]);
});

const LATE =
  'attributes: [{ key: a, from: [{ header: a }, { flags: true }] }, { key: b, from: [{ header: b }] }]';
const CASES = 'attributes: [{ key: a, from: [{ header: a }] }, { key: A, from: [{ header: b }] }]';
const LOGS = 'backends: { tracing: otlp+http://collector, logs: otlp }';

it.each([
  ['an attribute of the response', LATE],
  ['keys that differ in case only', CASES],
  ['logs by OTLP over HTTP', LOGS],
])('%s: refused for Envoy 1.36, which would not do it, and taken for 1.37', (_what, text) => {
  expect(() => files(text, '1.36')).toThrow(/MESHSPAN_ERR_UNSUPPORTED/);
  expect(files(text, '1.37').size).toBe(2);
});

it('says where spans keep their names', () => {
  const mesh = 'spanName: [/a]';
  expect(files(mesh, '1.36').get('envoy/bootstrap.yaml')).toMatch(/# spanName needs Envoy 1\.37/);
  expect(files(mesh, '1.37').get('envoy/bootstrap.yaml')).not.toMatch(/# spanName needs/);
});

it('leaves the filter out where there is nothing for it to do, and its usual attributes that are native', () => {
  const constant = files('attributes: [{ key: a, from: [{ literal: b }] }]').get('envoy/bootstrap.yaml');
  expect(constant).not.toContain('envoy.filters.http.wasm');
  expect(constant).not.toContain('filename');
  const native = files('filter: { native: [tenant.id] }').get('envoy/bootstrap.yaml');
  expect(native).toContain('name: x-tenant-id');
  expect(native).toContain('"key": "user.id"');
  expect(native).not.toContain('"key": "tenant.id"');
});
